namespace IntegrationHub.Funnel;

/// <summary>Tracks the deleted records of a person during the fold.</summary>
internal sealed class RecordFold
{
    private readonly HashSet<IdentityKey> _gone = [];

    public bool IsGone(IdentityKey record) => _gone.Contains(record);

    /// <summary>Applies a fact and returns whether it counts. A fact about a deleted record does not, unless the
    /// tool shows the record.</summary>
    public bool Take(Fact fact)
    {
        switch (fact)
        {
            case RecordDeleted deleted:
                _gone.Add(deleted.Record);
                return true;
            case RecordRestored restored:
                _gone.Remove(restored.Record);
                return true;
            case { About: { } record, ShowsRecord: true }:
                _gone.Remove(record);
                return true;
            default:
                return fact.About is not { } about || !_gone.Contains(about);
        }
    }

    /// <summary>Returns the dedupe keys of the facts that do not count.</summary>
    public static HashSet<string> Late(Fact[] ordered)
    {
        var records = new RecordFold();
        return [.. ordered.Where(fact => !records.Take(fact)).Select(fact => fact.DedupeKey)];
    }
}

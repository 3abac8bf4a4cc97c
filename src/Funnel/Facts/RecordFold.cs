namespace IntegrationHub.Funnel;

/// <summary>Which records of a person are gone, fact by fact in order of time.</summary>
internal sealed class RecordFold
{
    private readonly HashSet<IdentityKey> _gone = [];

    /// <summary>Whether a record is gone by now.</summary>
    public bool IsGone(IdentityKey record) => _gone.Contains(record);

    /// <summary>Takes note of a fact, and tells whether it counts: what is told of a record after its deletion does not, unless the tool shows that it is there.</summary>
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
                return fact.About is not { } told || !_gone.Contains(told);
        }
    }

    /// <summary>The dedupe keys of the facts that do not count.</summary>
    public static HashSet<string> Late(Fact[] ordered)
    {
        var records = new RecordFold();
        return [.. ordered.Where(fact => !records.Take(fact)).Select(fact => fact.DedupeKey)];
    }
}

using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>Tracks the deleted records of a person during the fold.</summary>
internal sealed class RecordFold
{
    private readonly Dictionary<IdentityKey, (bool Gone, DateTimeOffset At)> _records = [];

    public bool IsGone(IdentityKey record) => _records.TryGetValue(record, out var last) && last.Gone;

    /// <summary>Applies a fact and returns whether it counts. A fact about a deleted record does not, unless the
    /// tool shows the record.</summary>
    /// <param name="isLate">Whether a known word of the same instant wins.</param>
    public bool Take(Fact fact, bool isLate)
    {
        switch (fact)
        {
            case FactsSummed summed:
                Join(summed.Records);
                return true;
            case RecordDeleted deleted:
                Set(deleted.Record, true, fact.OccurredAt, isLate);
                return true;
            case RecordRestored restored:
                Set(restored.Record, false, fact.OccurredAt, isLate);
                return true;
            case { About: { } record, ShowsRecord: true }:
                Set(record, false, fact.OccurredAt, isLate);
                return true;
            default:
                return fact.About is not { } about
                    || !_records.TryGetValue(about, out var last) || !last.Gone || fact.OccurredAt < last.At;
        }
    }

    public ImmutableArray<SummedRecord> Sum() =>
        [.. _records.Select(known => new SummedRecord(known.Key, known.Value.Gone, known.Value.At))];

    /// <summary>Returns the dedupe keys of the facts that do not count.</summary>
    public static HashSet<string> Late(Fact[] ordered)
    {
        var records = new RecordFold();
        return [.. SummingRules.Placed(ordered).Where(placed => !records.Take(placed.Fact, placed.IsLate))
            .Select(placed => placed.Fact.DedupeKey)];
    }

    private void Join(ImmutableArray<SummedRecord> summed)
    {
        foreach (var record in summed)
        {
            Set(record.Record, record.Gone, record.At, false);
        }
    }

    private void Set(IdentityKey record, bool gone, DateTimeOffset at, bool isLate)
    {
        if (!_records.TryGetValue(record, out var last) || last.At < at || (last.At == at && !isLate))
        {
            _records[record] = (gone, at.ToUniversalTime());
        }
    }
}

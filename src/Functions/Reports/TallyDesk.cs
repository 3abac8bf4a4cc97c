using System.Collections.Immutable;
using Azure;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Reports;

/// <summary>Changes of several subjects, and of the sums that they change. Each transaction leaves every subject's row
/// equal to what the sums hold of it, so a crash between two of them counts nothing twice.</summary>
internal sealed class TallyDesk(TallyStore store)
{
    /// <summary>The most rows of a transaction.</summary>
    public const int MostRows = 100;

    private readonly Dictionary<string, Subject> _subjects = new(StringComparer.Ordinal);

    /// <summary>Returns a subject as it is on the desk, else as it is stored.</summary>
    public async Task<SubjectRow> FindAsync(string key, CancellationToken cancellationToken)
    {
        if (!_subjects.TryGetValue(key, out var known))
        {
            var (row, version) = await store.FindAsync<SubjectRow>(key, cancellationToken);
            _subjects[key] = known = new(row, version);
        }

        return known.Wanted ?? SubjectRow.New;
    }

    /// <summary>Changes a subject that was found before.</summary>
    public void Set(string key, SubjectRow row) => _subjects[key].Wanted = row;

    /// <summary>Removes a subject that was found before. What stays of it stays in the sums, and nobody's.</summary>
    public void Erase(string key, ImmutableSortedDictionary<TallyCell, decimal> rest)
    {
        if (_subjects[key].Wanted is not null)
        {
            (_subjects[key].Wanted, _subjects[key].Rest) = (null, rest);
        }
    }

    /// <summary>Takes a lead's words from its deals; with <paramref name="keeps"/> they stay as nobody's.</summary>
    public async Task ForgetWordsAsync(LeadId leadId, IEnumerable<string> deals, bool keeps, CancellationToken cancellationToken)
    {
        foreach (var key in deals)
        {
            var deal = await FindAsync(key, cancellationToken);
            if (deal.Words.TryGetValue(leadId.Value, out var word))
            {
                var words = deal.Words.Remove(leadId.Value);
                SetDeal(key, deal, keeps ? words.SetItem(ErasedTallyRules.NameOf(words), word) : words);
            }
        }
    }

    /// <summary>Changes what the leads say about a deal.</summary>
    public void SetDeal(string key, SubjectRow deal, ImmutableSortedDictionary<string, DealWord> words)
    {
        if (!words.SequenceEqual(deal.Words))
        {
            _subjects[key].Wanted = words.IsEmpty ? null : deal with { Words = words, Cells = TallyRules.OfDeal(words).Cells };
        }
    }

    /// <summary>Saves all changes, in as few transactions as fit.</summary>
    /// <exception cref="RequestFailedException">Another writer changed a row: open a new desk.</exception>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        var batch = new List<Change>();
        foreach (var change in _subjects.SelectMany(ChangesOf))
        {
            var sums = batch.SelectMany(other => other.Sums).Concat(change.Sums).Distinct().Count();
            if (batch.Count + 1 + sums > MostRows || batch.Exists(other => other.Key == change.Key))
            {
                await WriteAsync(batch, cancellationToken);
                batch.Clear();
            }

            batch.Add(change);
        }

        await WriteAsync(batch, cancellationToken);
    }

    /// <summary>Splits what a subject changes, where it changes more rows of sums than fit. The row then says which
    /// part is counted.</summary>
    private static IEnumerable<Change> ChangesOf(KeyValuePair<string, Subject> subject)
    {
        var its = subject.Value;
        if (ReferenceEquals(its.Stored, its.Wanted))
        {
            yield break;
        }

        var (before, after) = (its.Stored?.Cells ?? Tally.None.Cells, its.Wanted?.Cells ?? Tally.None.Cells);
        var touched = before.Keys.Concat(after.Keys).Concat(its.Rest.Keys).Distinct()
            .Where(cell => before.GetValueOrDefault(cell) != after.GetValueOrDefault(cell) || its.Rest.ContainsKey(cell))
            .GroupBy(cell => (cell.View, cell.Month)).OrderBy(sum => sum.Key).ToList();
        var parts = touched.Chunk(MostRows - 1).DefaultIfEmpty([]).ToList();
        var counted = before;
        for (var i = 0; i < parts.Count; i++)
        {
            var cells = parts[i].SelectMany(sum => sum).ToList();
            var from = counted;
            counted = cells.Aggregate(
                counted, (all, cell) => after.TryGetValue(cell, out var number) ? all.SetItem(cell, number) : all.Remove(cell));
            var isLast = i == parts.Count - 1;
            yield return new(
                subject.Key, its, isLast ? its.Wanted : (its.Stored ?? its.Wanted! with { Number = 0 }) with { Cells = counted },
                [.. cells.Select(cell => new Difference(
                    cell, counted.GetValueOrDefault(cell) - from.GetValueOrDefault(cell), its.Rest.GetValueOrDefault(cell)))]);
        }
    }

    private async Task WriteAsync(List<Change> batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
        {
            return;
        }

        var differences = batch.SelectMany(change => change.Differences).GroupBy(its => (its.Cell.View, its.Cell.Month)).ToList();
        var sums = await Task.WhenAll(differences.Select(async group =>
        {
            var (row, version) = await store.SumAsync(group.Key.View, group.Key.Month, cancellationToken);
            return (TallyStore.SumKey(group.Key.View, group.Key.Month), (object?)Add(row, group), version);
        }));
        var versions = await store.WriteAsync(
            [.. batch.Select(change => (change.Key, (object?)change.Row, change.Subject.Version)), .. sums], cancellationToken);
        foreach (var change in batch)
        {
            (change.Subject.Stored, change.Subject.Version) = (change.Row, versions[change.Key]);
        }
    }

    private static SumRow Add(SumRow row, IEnumerable<Difference> differences)
    {
        var (sums, rest) = (row.Sums.ToBuilder(), row.Rest.ToBuilder());
        foreach (var (cell, by, left) in differences)
        {
            Add(sums, cell.Key, by + left);
            Add(rest, cell.Key, left);
        }

        return row with { Sums = sums.ToImmutable(), Rest = rest.ToImmutable() };
    }

    private static void Add(ImmutableDictionary<string, decimal>.Builder sums, string key, decimal by)
    {
        var sum = sums.GetValueOrDefault(key) + by;
        if (sum == 0)
        {
            sums.Remove(key);
        }
        else
        {
            sums[key] = sum;
        }
    }

    /// <summary>A subject on the desk.</summary>
    private sealed class Subject(SubjectRow? stored, ETag? version)
    {
        public SubjectRow? Stored { get; set; } = stored;

        public ETag? Version { get; set; } = version;

        /// <summary>Gets or sets the row to store; null for none.</summary>
        public SubjectRow? Wanted { get; set; } = stored;

        public ImmutableSortedDictionary<TallyCell, decimal> Rest { get; set; } = Tally.None.Cells;
    }

    /// <summary>A step of a subject.</summary>
    /// <param name="Row">The subject's row after it; null to delete it.</param>
    private sealed record Change(string Key, Subject Subject, SubjectRow? Row, IReadOnlyList<Difference> Differences)
    {
        public IEnumerable<(string View, string Month)> Sums =>
            Differences.Select(difference => (difference.Cell.View, difference.Cell.Month)).Distinct();
    }

    /// <param name="By">What the subject adds more than before.</param>
    /// <param name="Left">What it leaves as nobody's.</param>
    private sealed record Difference(TallyCell Cell, decimal By, decimal Left);
}

using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Reports;

/// <summary>Checks the one equation of the figures: each sum is what all leads and deals add, and what is left of
/// erased people. It reads all rows, for ops who ask.</summary>
internal sealed class TallyAudit(TallyStore store)
{
    /// <summary>The most differences that are listed.</summary>
    private const int MostListed = 100;

    /// <summary>Checks all sums. A change meanwhile may look like a difference, so a second look decides.</summary>
    public async Task<AuditReport> RunAsync(CancellationToken cancellationToken)
    {
        var first = await LookAsync(cancellationToken);
        if (first.Differences.Count == 0)
        {
            return first;
        }

        var second = await LookAsync(cancellationToken);
        var both = second.Differences.Intersect(first.Differences).ToList();
        return second with { Different = both.Count, Differences = [.. both.Take(MostListed)] };
    }

    private async Task<AuditReport> LookAsync(CancellationToken cancellationToken)
    {
        var (expected, actual) = (new Dictionary<TallyCell, decimal>(), new Dictionary<TallyCell, decimal>());
        var subjects = 0;
        await foreach (var (_, subject, sum) in store.AllAsync(cancellationToken))
        {
            foreach (var (cell, number) in subject?.Cells ?? Tally.None.Cells)
            {
                expected[cell] = expected.GetValueOrDefault(cell) + number;
            }

            subjects += subject is null ? 0 : 1;
            if (sum is not null)
            {
                Add(expected, sum, sum.Rest);
                Add(actual, sum, sum.Sums);
            }
        }

        var differences = expected.Keys.Union(actual.Keys)
            .Where(cell => expected.GetValueOrDefault(cell) != actual.GetValueOrDefault(cell))
            .Order()
            .Select(cell => new CellDifference(
                cell.View, cell.Month, cell.Key, actual.GetValueOrDefault(cell), expected.GetValueOrDefault(cell))).ToList();
        return new(subjects, actual.Count, differences.Count, differences);
    }

    private static void Add(Dictionary<TallyCell, decimal> all, SumRow row, IReadOnlyDictionary<string, decimal> sums)
    {
        foreach (var (key, number) in sums)
        {
            var cell = new TallyCell(row.View, row.Month, key);
            all[cell] = all.GetValueOrDefault(cell) + number;
        }
    }
}

/// <summary>What an audit found.</summary>
/// <param name="Subjects">The leads and deals that were added up.</param>
/// <param name="Cells">The sums that were checked.</param>
/// <param name="Different">How many sums differ.</param>
/// <param name="Differences">The first of them.</param>
internal sealed record AuditReport(int Subjects, int Cells, int Different, IReadOnlyList<CellDifference> Differences);

/// <summary>A sum that is not what leads and deals add.</summary>
/// <param name="Month">The month as <c>202603</c>, or <c>now</c>.</param>
/// <param name="Key">The day and the measure.</param>
/// <param name="Sum">What is stored.</param>
/// <param name="Expected">What leads and deals add up to.</param>
internal sealed record CellDifference(string View, string Month, string Key, decimal Sum, decimal Expected);

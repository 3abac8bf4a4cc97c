using System.Collections.Immutable;
using System.Globalization;

namespace IntegrationHub.Funnel;

/// <summary>Says what stays of an erased person in the figures: sums of days, and no row. Pure.</summary>
public static class ErasedTallyRules
{
    /// <summary>Returns what stays. The stay that had not ended was ended by the erasure, and nothing stands
    /// now.</summary>
    public static ImmutableSortedDictionary<TallyCell, decimal> RestOf(ImmutableSortedDictionary<TallyCell, decimal> cells)
    {
        var rest = cells.ToBuilder();
        foreach (var (cell, number) in cells)
        {
            if (cell.Month == TallyCell.Now)
            {
                rest.Remove(cell);
            }
            else if (cell.Key.EndsWith($".{StayOutcome.Here}", StringComparison.Ordinal))
            {
                rest.Remove(cell);
                var erased = cell with { Key = $"{cell.Key[..cell.Key.LastIndexOf('.')]}.{StayOutcome.Erased}" };
                rest[erased] = rest.GetValueOrDefault(erased) + number;
            }
        }

        return rest.ToImmutable();
    }

    /// <summary>Returns a name for what an erased lead said about a deal.</summary>
    public static string NameOf(ImmutableSortedDictionary<string, DealWord> words)
    {
        var number = 1;
        while (words.ContainsKey($"erased-{number.ToString(CultureInfo.InvariantCulture)}"))
        {
            number++;
        }

        return $"erased-{number.ToString(CultureInfo.InvariantCulture)}";
    }
}

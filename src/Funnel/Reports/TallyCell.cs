using System.Globalization;

namespace IntegrationHub.Funnel;

/// <summary>One figure to which a lead or a deal adds: of a view, on a day or at present.</summary>
/// <param name="View">Whose figure: <see cref="TallyViews"/>.</param>
/// <param name="Month">The month as <c>202603</c>, or <see cref="Now"/>.</param>
/// <param name="Key">The day of the month and the measure, or for the present the day that it counts from and the
/// measure (<see cref="MeasureCatalog"/>).</param>
public readonly record struct TallyCell(string View, string Month, string Key) : IComparable<TallyCell>
{
    /// <summary>The month of what stands now.</summary>
    public const string Now = "now";

    private const string MonthFormat = "yyyyMM", DayFormat = "yyyyMMdd";

    /// <summary>Returns the cell of a measure on a day.</summary>
    public static TallyCell On(string view, DateOnly day, string measure) =>
        new(view, MonthOf(day), $"{day.Day.ToString("00", CultureInfo.InvariantCulture)} {measure}");

    /// <summary>Returns the cell of what stands since a day.</summary>
    public static TallyCell Since(string view, DateOnly day, string measure) =>
        new(view, Now, $"{day.ToString(DayFormat, CultureInfo.InvariantCulture)} {measure}");

    /// <summary>Returns the month of a day.</summary>
    public static string MonthOf(DateOnly day) => day.ToString(MonthFormat, CultureInfo.InvariantCulture);

    /// <summary>Splits the key of a cell into its day and its measure.</summary>
    public static (DateOnly Day, string Measure) Read(string month, string key)
    {
        var blank = key.IndexOf(' ', StringComparison.Ordinal);
        var day = month == Now ? key[..blank] : month + key[..blank];
        return (DateOnly.ParseExact(day, DayFormat, CultureInfo.InvariantCulture), key[(blank + 1)..]);
    }

    /// <inheritdoc/>
    public int CompareTo(TallyCell other)
    {
        var order = string.CompareOrdinal(View, other.View);
        order = order != 0 ? order : string.CompareOrdinal(Month, other.Month);
        return order != 0 ? order : string.CompareOrdinal(Key, other.Key);
    }

    public static bool operator <(TallyCell left, TallyCell right) => left.CompareTo(right) < 0;

    public static bool operator <=(TallyCell left, TallyCell right) => left.CompareTo(right) <= 0;

    public static bool operator >(TallyCell left, TallyCell right) => left.CompareTo(right) > 0;

    public static bool operator >=(TallyCell left, TallyCell right) => left.CompareTo(right) >= 0;
}

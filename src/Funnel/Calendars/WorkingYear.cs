namespace IntegrationHub.Funnel;

/// <summary>The working time of one UTC year, as ordered periods with the time worked before each, for binary searches.
/// All numbers are UTC ticks.</summary>
internal sealed class WorkingYear
{
    private readonly long[] _starts;
    private readonly long[] _ends;
    private readonly long[] _workedBefore;

    private WorkingYear(long[] starts, long[] ends)
    {
        (_starts, _ends, _workedBefore) = (starts, ends, new long[starts.Length]);
        for (var i = 0; i < starts.Length; i++)
        {
            _workedBefore[i] = Total;
            Total += ends[i] - starts[i];
        }
    }

    /// <summary>Gets the working time of the year.</summary>
    public long Total { get; }

    /// <summary>Returns the year's working time before an instant.</summary>
    public long WorkedBefore(long instant)
    {
        var period = LastAtOrBefore(_starts, instant);
        return period < 0 ? 0 : _workedBefore[period] + Math.Min(instant, _ends[period]) - _starts[period];
    }

    /// <summary>Returns the earliest instant at which <paramref name="worked"/> has passed in this year. It is above
    /// zero and at most <see cref="Total"/>.</summary>
    public long WhenWorked(long worked)
    {
        var period = LastAtOrBefore(_workedBefore, worked - 1);
        return _starts[period] + worked - _workedBefore[period];
    }

    /// <summary>Returns the instant when it is worked, else the start of the next period; null when
    /// none follows in this year.</summary>
    public long? OpenAtOrAfter(long instant)
    {
        var period = LastAtOrBefore(_starts, instant);
        return period >= 0 && instant < _ends[period] ? instant
            : period + 1 < _starts.Length ? _starts[period + 1]
            : null;
    }

    private static int LastAtOrBefore(long[] ordered, long wanted)
    {
        var index = Array.BinarySearch(ordered, wanted);
        return index >= 0 ? index : ~index - 1;
    }

    /// <summary>Collects periods in order and joins adjacent ones.</summary>
    internal sealed class Builder
    {
        private readonly List<long> _starts = [];
        private readonly List<long> _ends = [];

        /// <summary>Adds a period. A no-op for an empty one.</summary>
        public void Add(long start, long end)
        {
            if (end <= start)
            {
                return;
            }

            if (_ends.Count > 0 && _ends[^1] == start)
            {
                _ends[^1] = end;
                return;
            }

            _starts.Add(start);
            _ends.Add(end);
        }

        public WorkingYear Build() => new([.. _starts], [.. _ends]);
    }
}

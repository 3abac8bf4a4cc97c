using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>Work and bookings of the teams during the fold.</summary>
internal sealed class ActivityFold(FunnelSettings settings)
{
    /// <summary>More bookings forget the one with the oldest word, a closed one first.</summary>
    public const int MostBookings = 200;

    /// <summary>More pauses forget the earliest.</summary>
    public const int MostPauses = 200;

    private readonly Dictionary<(string Connector, string Id), SummedBooking> _booked = [];
    private readonly List<StallPause> _pauses = [];

    public DateTimeOffset? LastAt { get; private set; }

    /// <summary>Gets when a team first worked on the lead since the hub began; null for never.</summary>
    public DateTimeOffset? FirstLiveAt { get; private set; }

    public DateTimeOffset? NextAt => _booked.Values.Min(booking => booking.DueAt);

    /// <param name="isLate">Whether a known word of the same instant wins.</param>
    public void Take(Fact fact, bool isLate)
    {
        if (fact is FactsSummed summed)
        {
            Join(summed.Activities);
        }
        else if (fact is ActivityLogged or ActivityBooked or HandoffAccepted or HandoffReturned)
        {
            var at = fact.OccurredAt.ToUniversalTime();
            Work(at, settings.IsBeforeLive(at) ? null : at);
        }

        if (fact is ActivityBooked activity)
        {
            Book(
                new(
                    activity.Connector, activity.ActivityId, activity.OccurredAt.ToUniversalTime(), DueOf(activity)?.ToUniversalTime()),
                isLate);
        }
    }

    /// <summary>Returns the pauses of all bookings; overlapping and adjacent ones are joined.</summary>
    public ImmutableArray<StallPause> Pauses()
    {
        var open = _booked.Values.Where(booking => booking.At < booking.DueAt)
            .Select(booking => new StallPause(booking.At, booking.DueAt!.Value));
        var joined = new List<StallPause>(_pauses.Count);
        foreach (var pause in _pauses.Concat(open).OrderBy(pause => pause.From))
        {
            if (joined.Count > 0 && pause.From <= joined[^1].To)
            {
                joined[^1] = joined[^1] with { To = pause.To > joined[^1].To ? pause.To : joined[^1].To };
            }
            else
            {
                joined.Add(pause);
            }
        }

        return [.. joined];
    }

    public SummedActivities Sum() => new([.. _booked.Values], [.. _pauses], LastAt, FirstLiveAt);

    private void Join(SummedActivities summed)
    {
        foreach (var booking in summed.Bookings)
        {
            Book(booking, false);
        }

        foreach (var pause in summed.Pauses)
        {
            Pause(pause.From, pause.To);
        }

        if (summed.LastAt is { } last)
        {
            Work(last, summed.FirstLiveAt);
        }
    }

    private void Work(DateTimeOffset at, DateTimeOffset? live)
    {
        LastAt = LastAt > at ? LastAt : at;
        FirstLiveAt = FirstLiveAt <= live ? FirstLiveAt : live ?? FirstLiveAt;
    }

    /// <summary>Notes the last word about an activity. The time of the word before it was a pause until then.</summary>
    private void Book(SummedBooking word, bool isLate)
    {
        var key = (word.Connector, word.Id);
        var (earlier, later) = _booked.Remove(key, out var known) && (known.At > word.At || (isLate && known.At == word.At))
            ? (word, known) : (known, word);
        if (earlier?.DueAt is { } due)
        {
            Pause(earlier.At, later.At < due ? later.At : due);
        }

        _booked[key] = later;
        if (_booked.Count > MostBookings)
        {
            var oldest = _booked.Values.MinBy(booking => (booking.DueAt is not null, booking.At, booking.Connector, booking.Id))!;
            _booked.Remove((oldest.Connector, oldest.Id));
        }
    }

    private DateTimeOffset? DueOf(ActivityBooked activity) =>
        activity.DueAt
            ?? (
                activity.DueOn is { } day
                    ? settings.CalendarOf(activity.Side == ToolSide.Marketing ? Team.Marketing : Team.Sales).EndOf(day)
                    : null);

    private void Pause(DateTimeOffset from, DateTimeOffset to)
    {
        if (from >= to)
        {
            return;
        }

        _pauses.Add(new(from, to));
        if (_pauses.Count > MostPauses)
        {
            _pauses.Remove(_pauses.MinBy(pause => (pause.From, pause.To))!);
        }
    }
}

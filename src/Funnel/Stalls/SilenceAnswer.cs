namespace IntegrationHub.Funnel;

/// <summary>What came of asking for silence.</summary>
public abstract record SilenceAnswer
{
    private SilenceAnswer()
    {
    }

    /// <summary>There is silence now.</summary>
    /// <param name="State">The state to keep.</param>
    /// <param name="Silence">The silence.</param>
    public sealed record Granted(JourneyState State, Silence Silence) : SilenceAnswer;

    /// <summary>The link had been used before: nothing is changed.</summary>
    /// <param name="Silence">What it brought then.</param>
    public sealed record Repeated(Silence Silence) : SilenceAnswer;

    /// <summary>There is none.</summary>
    /// <param name="Why">Why not.</param>
    public sealed record Refused(SilenceRefusal Why) : SilenceAnswer;
}

/// <summary>Why silence is refused.</summary>
public enum SilenceRefusal
{
    /// <summary>The link is too old.</summary>
    Expired,

    /// <summary>The hub knows no such lead or alert.</summary>
    Unknown,

    /// <summary>What the alert tells is no longer so: there is nothing to be silent about.</summary>
    MovedOn,

    /// <summary>This stay has been put off as often as it may be.</summary>
    TooOften,

    /// <summary>No activity lies ahead to wait for.</summary>
    NothingBooked,
}

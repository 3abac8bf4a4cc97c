namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>How the stamps of two writes differ.</summary>
public enum StampMode
{
    /// <summary>Full seconds by the clock, as in the real one: writes in one second tie.</summary>
    Seconds,

    /// <summary>Each write is at least a millisecond after the one before.</summary>
    Growing,

    /// <summary>All writes have the stamp of the moment when this was set.</summary>
    Tied,
}

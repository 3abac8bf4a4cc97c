namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>Something of which the time comes.</summary>
internal abstract class Timed
{
    /// <summary>Gets or sets the time, in UTC ticks; <see cref="Deadlines"/> alone sets it.</summary>
    public long DueAt { get; set; } = long.MaxValue;

    /// <summary>Gets or sets what tells two of the same time apart; <see cref="Deadlines"/> alone sets it.</summary>
    public long Order { get; set; }

    public abstract void OnDue();
}

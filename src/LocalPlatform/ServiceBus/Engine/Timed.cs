namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>Something with a deadline.</summary>
internal abstract class Timed
{
    /// <summary>Gets or sets the deadline in UTC ticks; only <see cref="Deadlines"/> sets it.</summary>
    public long DueAt { get; set; } = long.MaxValue;

    /// <summary>Gets or sets what orders two of the same deadline; only <see cref="Deadlines"/> sets it.</summary>
    public long Order { get; set; }

    public abstract void OnDue();
}

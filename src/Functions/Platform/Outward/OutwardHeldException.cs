namespace IntegrationHub.Functions.Platform.Outward;

/// <summary>An effect is held, because its channel has reached the limit of the hour. The message waits and
/// uses no attempt.</summary>
internal sealed class OutwardHeldException(OutwardChannel channel)
    : Exception($"The {channel.Words} to {channel.Connector} are held: they reached the limit of an hour.")
{
    public OutwardChannel Channel { get; } = channel;
}

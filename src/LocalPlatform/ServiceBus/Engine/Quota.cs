namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>
/// The used and the allowed bytes of the messages of a queue with its dead letters, or of a topic with its
/// subscriptions.
/// </summary>
internal sealed class Quota(string path, long limit)
{
    public long Used { get; set; }

    /// <exception cref="BusException">The bytes do not fit.</exception>
    public void Require(long bytes)
    {
        if (Used + bytes > limit)
        {
            throw new BusException(
                BusError.QuotaExceeded,
                $"The maximum entity size has been reached or exceeded for '{path}': {Used} bytes of {limit} are used.");
        }
    }
}

using IntegrationHub.Functions.Platform.Settings;

namespace IntegrationHub.Functions.Webhooks;

/// <summary>Bounds the memory of bodies that are being received, whoever sends them. A slow sender holds as much as it
/// has sent, and no more.</summary>
internal sealed class IntakeBudget(HubOptions hub)
{
    private long _free = hub.IntakeMegabytes * 1024L * 1024L;

    /// <summary>Takes bytes; false when there are not as many.</summary>
    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _free, -bytes) >= 0)
        {
            return true;
        }

        GiveBack(bytes);
        return false;
    }

    public void GiveBack(int bytes) => Interlocked.Add(ref _free, bytes);
}

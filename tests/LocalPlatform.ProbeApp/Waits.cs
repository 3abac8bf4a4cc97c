namespace IntegrationHub.LocalPlatform.ProbeApp;

/// <summary>Counts functions that work for a while, in this worker.</summary>
internal static class Waits
{
    private static int Started;
    private static int Ended;

    public static string Counts => $"{Started} began, {Ended} cancelled";

    public static void Began() => Interlocked.Increment(ref Started);

    public static void WasCancelled() => Interlocked.Increment(ref Ended);
}

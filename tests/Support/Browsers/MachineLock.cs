using System.Diagnostics;

namespace IntegrationHub.Tests.Support.Browsers;

/// <summary>Something that one process of this machine does at a time. The lock goes with the process, however that ends.</summary>
internal sealed class MachineLock : IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    private readonly FileStream _file;

    private MachineLock(FileStream file) => _file = file;

    /// <summary>Waits for the lock.</summary>
    /// <exception cref="TimeoutException">Somebody else held it for too long.</exception>
    public static async Task<MachineLock> TakeAsync(string name, TimeSpan longest)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{name}.lock");
        for (var waiting = Stopwatch.StartNew(); waiting.Elapsed < longest; await Task.Delay(Pace))
        {
            try
            {
                return new(new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException)
            {
                // Held by another process, which may take minutes.
                continue;
            }
        }

        throw new TimeoutException($"{path} was held for {longest.TotalMinutes} minutes.");
    }

    public void Dispose() => _file.Dispose();
}

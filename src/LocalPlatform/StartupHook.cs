using System.Diagnostics;
using IntegrationHub.LocalPlatform;

/// <summary>
/// Runs inside a worker before its own code: the host names this assembly in <c>DOTNET_STARTUP_HOOKS</c>. It ends the
/// worker when its standard input ends, which happens on every system when the host is gone, also when it was killed.
/// Nothing but the runtime may be used here.
/// </summary>
/// <remarks>The runtime looks for this name outside of any namespace.</remarks>
internal static class StartupHook
{
    /// <summary>The environment variable that names hooks.</summary>
    public const string Variable = "DOTNET_STARTUP_HOOKS";

    /// <summary>Starts to watch. The runtime calls it.</summary>
    public static void Initialize()
    {
        // A process that the worker starts is not a worker.
        Environment.SetEnvironmentVariable(Variable, null);
        TerminalSignals.Leave();
        new Thread(Watch) { IsBackground = true, Name = "End of the host" }.Start();
    }

    private static void Watch()
    {
        try
        {
            using var input = Console.OpenStandardInput();
            var buffer = new byte[64];
            while (input.Read(buffer) > 0)
            {
            }
        }
        catch (IOException)
        {
            // A broken pipe is an end as well.
        }

        // Not a clean exit: the next worker takes over, and cleaning up could block.
        using var worker = Process.GetCurrentProcess();
        worker.Kill();
    }
}

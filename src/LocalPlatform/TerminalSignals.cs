using System.Runtime.InteropServices;

namespace IntegrationHub.LocalPlatform;

/// <summary>
/// Keeps the terminal's Ctrl+C from processes that their starter ends: a terminal sends it to every process of its
/// group at once, and the starter still has work to finish that needs them.
/// </summary>
internal static partial class TerminalSignals
{
    /// <summary>
    /// Leaves the terminal's process group. On Windows the parent does this instead, by a process group of its own
    /// for each child.
    /// </summary>
    public static void Leave()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetProcessGroup(0, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpgid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetProcessGroup(int process, int group);
}

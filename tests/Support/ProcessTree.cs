using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace IntegrationHub.Tests.Support;

/// <summary>Looks at processes that the tests did not start themselves, such as the worker that the Functions host starts. On Linux and macOS.</summary>
public static partial class ProcessTree
{
    /// <summary>The processes that a process has started and that still run.</summary>
    public static IReadOnlyList<int> ChildrenOf(int parent) => [.. All().Where(process => process.Parent == parent).Select(process => process.Id)];

    /// <summary>Whether a process runs. One that has ended and that nobody has waited for does not.</summary>
    public static bool Runs(int id) => All().Any(process => process.Id == id);

    /// <summary>Kills a process; nothing happens when it is gone.</summary>
    public static void Kill(int id) => _ = Signal(id, 9);

    /// <summary>Asks a process to end.</summary>
    public static void Terminate(int id) => _ = Signal(id, 15);

    /// <summary>Lets a process stand still.</summary>
    public static void Pause(int id) => _ = Signal(id, OperatingSystem.IsMacOS() ? 17 : 19);

    /// <summary>Lets a process that stands still go on.</summary>
    public static void Continue(int id) => _ = Signal(id, OperatingSystem.IsMacOS() ? 19 : 18);

    private static IReadOnlyList<(int Id, int Parent)> All() => Directory.Exists("/proc") ? FromProc() : FromPs();

    /// <summary>A line of /proc/ID/stat: id, name in brackets, state, parent.</summary>
    private static IReadOnlyList<(int Id, int Parent)> FromProc()
    {
        var processes = new List<(int, int)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && TryRead(Path.Combine(folder, "stat")) is { } line)
            {
                var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
                if (fields[0] is not ("Z" or "X"))
                {
                    processes.Add((id, int.Parse(fields[1], CultureInfo.InvariantCulture)));
                }
            }
        }

        return processes;
    }

    private static string? TryRead(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return null;
        }
    }

    private static IReadOnlyList<(int Id, int Parent)> FromPs()
    {
        using var ps = Process.Start(new ProcessStartInfo("ps", ["-A", "-o", "pid=,ppid=,stat="]) { RedirectStandardOutput = true })!;
        var lines = ps.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return
        [
            .. from line in lines
               let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
               where !fields[2].StartsWith('Z')
               select (int.Parse(fields[0], CultureInfo.InvariantCulture), int.Parse(fields[1], CultureInfo.InvariantCulture)),
        ];
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int id, int signal);
}

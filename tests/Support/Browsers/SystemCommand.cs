using System.ComponentModel;
using System.Diagnostics;

namespace IntegrationHub.Tests.Support.Browsers;

/// <summary>Runs programs of this machine.</summary>
internal static class SystemCommand
{
    /// <summary>Finds a program on the PATH; null where it is not.</summary>
    public static string? Find(string program)
    {
        var name = OperatingSystem.IsWindows() ? $"{program}.exe" : program;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>Runs a program to its end. Answers null when it ends with 0, or else says in a few words what happened.</summary>
    /// <param name="program">What to run.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="longest">After this time it is killed, with what it has started.</param>
    public static async Task<string?> RunAsync(string program, IEnumerable<string> arguments, TimeSpan longest)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DEBIAN_FRONTEND"] = "noninteractive" },
        };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            using var deadline = new CancellationTokenSource(longest);
            await process.WaitForExitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                return $"not done after {longest.TotalMinutes} minutes";
            }

            return process.ExitCode == 0 ? null : Summary($"{await errors}\n{await output}") ?? $"exit code {process.ExitCode}";
        }
        catch (Win32Exception)
        {
            return $"{program} is not on the PATH";
        }
    }

    /// <summary>The line that says what is wrong; null where nothing was said.</summary>
    private static string? Summary(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return (lines.FirstOrDefault(line => line.StartsWith("Error:", StringComparison.Ordinal) || line.StartsWith("E:", StringComparison.Ordinal))
            ?? lines.FirstOrDefault())?.TrimEnd('.');
    }
}

using System.Diagnostics;

namespace IntegrationHub.Functions.Tests.Settings;

public sealed class HelpTests
{
    /// <summary>Settings come from the environment, too: with all of them, a hub would start.</summary>
    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public async Task Help_never_starts_a_hub(string help)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(Built.FunctionApp, "IntegrationHub.Functions.dll"), help]) { RedirectStandardOutput = true })!;

        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
        Assert.Contains("docs/configuration.md", said, StringComparison.Ordinal);
    }
}

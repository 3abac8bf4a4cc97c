using System.Diagnostics;
using System.Xml.Linq;

namespace IntegrationHub.Funnel.Tests;

/// <summary>The machine's time zone changes no result: tests of the project run once more in processes of their own, in zones with another offset than UTC.</summary>
public abstract class TimeZoneChecks
{
    private const string Offset = "TEST_ZONE_OFFSET";

    /// <summary>Gets what of the project is run: filters of the test runner. The one that starts the others is left out anyway.</summary>
    protected abstract string[] Chosen { get; }

    [Theory]
    [InlineData("Asia/Kolkata", 5.5)]
    [InlineData("America/New_York", -5)]
    public async Task Every_result_is_the_same_by_the_clock_of(string zone, double offset)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows takes no time zone from the environment.");
        var folder = Directory.CreateTempSubdirectory("zone-");
        var results = Path.Combine(folder.FullName, "results.xml");
        var run = new ProcessStartInfo("dotnet", [GetType().Assembly.Location, "-method-", $"*.{nameof(Every_result_is_the_same_by_the_clock_of)}", .. Chosen, "-xml", results])
        {
            RedirectStandardOutput = true,
            Environment = { ["TZ"] = zone, [Offset] = $"{offset}" },
        };
        using var child = Process.Start(run)!;
        var output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(child.ExitCode == 0, output);
        var passed = XDocument.Load(results).Descendants("test").Where(test => (string?)test.Attribute("result") == "Pass").Select(test => (string)test.Attribute("name")!).ToList();
        Assert.Contains(passed, name => name.EndsWith(nameof(The_machines_zone_is_the_one_that_was_set), StringComparison.Ordinal));
        Assert.True(passed.Count > 25, $"only {passed.Count} tests ran");
        folder.Delete(recursive: true);
    }

    /// <summary>The guard itself: without it a zone that had no effect would go unseen.</summary>
    [Fact]
    public void The_machines_zone_is_the_one_that_was_set()
    {
        if (Environment.GetEnvironmentVariable(Offset) is { } offset)
        {
            Assert.Equal(TimeSpan.FromHours(double.Parse(offset, null)), TimeZoneInfo.Local.BaseUtcOffset);
        }
    }
}

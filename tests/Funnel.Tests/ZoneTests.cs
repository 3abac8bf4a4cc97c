using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace IntegrationHub.Funnel.Tests;

/// <summary>The machine's zone changes no result of the domain: its tests run in one zone, and once more, in a process of their own, in another on the other side of UTC.</summary>
public sealed class ZoneTests : MachineZoneChecks
{
    [ModuleInitializer]
    internal static void SetZone() => MachineZone.Set(MachineZone.Ahead);

    [Fact]
    public async Task Every_result_is_the_same_on_the_other_side_of_UTC()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows takes no time zone from the environment.");
        Assert.SkipWhen(MachineZone.Current == MachineZone.Behind, "This process is the other side.");
        var folder = Directory.CreateTempSubdirectory("zone-");
        var results = Path.Combine(folder.FullName, "results.xml");

        // The long ones are left out: they make their times themselves.
        string[] arguments = [GetType().Assembly.Location, "-class-", typeof(JourneyProperties).FullName!, "-class-", typeof(StallProperties).FullName!, "-xml", results];
        using var child = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            Environment = { [MachineZone.Variable] = MachineZone.Behind },
        })!;
        var output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(child.ExitCode == 0, output);
        var passed = XDocument.Load(results).Descendants("test").Where(test => (string?)test.Attribute("result") == "Pass").Select(test => (string)test.Attribute("name")!).ToList();
        Assert.Contains(passed, name => name.EndsWith(nameof(Every_test_runs_in_a_zone_far_from_UTC), StringComparison.Ordinal));
        Assert.True(passed.Count > 200, $"only {passed.Count} tests ran");
        folder.Delete(recursive: true);
    }
}

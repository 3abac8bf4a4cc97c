using IntegrationHub.History;

namespace IntegrationHub.EndToEnd;

/// <summary>Three hubs on one store through kills, pauses, cuts and wrong clocks. A command does it for longer: docs/performance.md.</summary>
public sealed class HistoryTests
{
    private const int LongestSeed = 1_000_000;

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task What_three_hubs_do_in_bad_weather_keeps_every_promise()
    {
        var seed = Random.Shared.Next(1, LongestSeed);

        var report = await HistoryRun.RunAsync(seed, Length, TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper?.WriteLine(report.ToString());
        Assert.True(report.Violations.Count == 0, report.ToString());
        Assert.True(report.IsTelling, $"too little happened to say anything: {report}");
    }
}

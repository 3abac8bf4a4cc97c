using System.CommandLine;
using IntegrationHub.History;

namespace IntegrationHub.Benchmarks.History;

/// <summary>The command <c>history</c>.</summary>
internal static class HistoryCommand
{
    public static Command Create()
    {
        var minutes = new Option<double>("--minutes") { Description = "How long people and faults are at work.", DefaultValueFactory = _ => 10 };
        var seed = new Option<int>("--seed") { Description = "What they do; a random one by default.", DefaultValueFactory = _ => Random.Shared.Next(1, 1_000_000) };
        var command = new Command("history", "Drives three hubs through kills, pauses, cuts and wrong clocks, and checks what was recorded.") { minutes, seed };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            await output.WriteLineAsync($"seed {parsed.GetRequiredValue(seed)}");
            var report = await HistoryRun.RunAsync(parsed.GetRequiredValue(seed), TimeSpan.FromMinutes(parsed.GetRequiredValue(minutes)), cancellationToken);
            await output.WriteLineAsync(report.ToString());
            return report.Violations.Count == 0 ? 0 : 1;
        });
        return command;
    }
}

using System.CommandLine;
using IntegrationHub.Fuzzing;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.Benchmarks.Fuzz;

/// <summary>The command <c>fuzz</c>.</summary>
internal static class FuzzCommand
{
    public static Command Create()
    {
        var targets = new Argument<string[]>("targets") { Description = $"What to try: {string.Join(", ", FuzzRun.Targets)}; all by default.", DefaultValueFactory = _ => [.. FuzzRun.Targets] };
        var inputs = new Option<int>("--inputs") { Description = "Inputs for each target.", DefaultValueFactory = _ => 200_000 };
        var seed = new Option<int>("--seed") { Description = "Which inputs: the same seed makes the same.", DefaultValueFactory = _ => 1 };
        var command = new Command("fuzz", "Reads mutated deliveries: fails for a crash, a reading of a second or more, or one that makes much memory.") { targets, inputs, seed };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var faults = 0;
            foreach (var target in parsed.GetRequiredValue(targets))
            {
                var report = await FuzzRun.RunAsync(target, parsed.GetRequiredValue(inputs), parsed.GetRequiredValue(seed), Repository.PathTo("tests", "Payloads"), cancellationToken);
                await parsed.InvocationConfiguration.Output.WriteLineAsync(report.ToString());
                foreach (var fault in report.Faults)
                {
                    await parsed.InvocationConfiguration.Output.WriteLineAsync(fault);
                }

                faults += report.Faults.Count;
            }

            return faults == 0 ? 0 : 1;
        });
        return command;
    }
}

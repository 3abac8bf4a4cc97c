using System.CommandLine;

namespace IntegrationHub.Benchmarks.Deadlines;

/// <summary>The command <c>deadlines</c>.</summary>
internal static class DeadlinesCommand
{
    public static Command Create()
    {
        var rows = new Option<int[]>("--rows")
        {
            Description = "Rows of the index, for each run.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [10_000, 1_000_000],
        };
        var due = new Option<int>("--due") { Description = "Leads that are due in each run.", DefaultValueFactory = _ => 1_000 };
        var command = new Command("deadlines", "Sweeps deadline indexes of different sizes with as many leads due in each: fails unless the sweeps make the same number of table requests.") { rows, due };
        command.SetAction((parsed, cancellationToken) => DeadlinesRun.RunAsync(parsed.GetRequiredValue(rows), parsed.GetRequiredValue(due), parsed.InvocationConfiguration.Output, cancellationToken));
        return command;
    }
}

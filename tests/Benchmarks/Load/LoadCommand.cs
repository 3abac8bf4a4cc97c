using System.CommandLine;

namespace IntegrationHub.Benchmarks.Load;

/// <summary>The command <c>load</c>.</summary>
internal static class LoadCommand
{
    public static Command Create()
    {
        var events = new Option<int>("--events") { Description = "Events of each run.", DefaultValueFactory = _ => 10_000 };
        var leads = new Option<int>("--leads") { Description = "Leads that the events are about.", DefaultValueFactory = _ => 1_000 };
        var connections = new Option<int>("--connections") { Description = "Requests under way at once.", DefaultValueFactory = _ => 64 };
        var handoffs = new Option<int>("--handoffs") { Description = "Leads that are handed over, 50 a second.", DefaultValueFactory = _ => 3_000 };
        var command = new Command("load", "Drives the hub over HTTP against Azurite and prints figures as ratios within this run.") { events, leads, connections, handoffs };
        command.SetAction((parsed, cancellationToken) => LoadRun.RunAsync(
            new(parsed.GetRequiredValue(events), parsed.GetRequiredValue(leads), parsed.GetRequiredValue(connections), parsed.GetRequiredValue(handoffs)), parsed.InvocationConfiguration.Output, cancellationToken));
        return command;
    }
}

using System.CommandLine;

namespace IntegrationHub.Benchmarks.Senders;

/// <summary>The command <c>senders</c>.</summary>
internal static class SendersCommand
{
    public static Command Create()
    {
        var slow = new Option<int>("--slow") { Description = "Senders whose body never ends.", DefaultValueFactory = _ => 1_400 };
        var unsigned = new Option<int>("--unsigned") { Description = "Requests without a signature that are sent a second.", DefaultValueFactory = _ => 5_000 };
        var seconds = new Option<int>("--seconds") { Description = "How long.", DefaultValueFactory = _ => 30 };
        var command = new Command("senders", "Floods the webhooks of the hub with slow and unsigned senders, and measures a good one beside them.") { slow, unsigned, seconds };
        command.SetAction((parsed, cancellationToken) => SendersRun.RunAsync(
            parsed.GetRequiredValue(slow), parsed.GetRequiredValue(unsigned), TimeSpan.FromSeconds(parsed.GetRequiredValue(seconds)),
            parsed.InvocationConfiguration.Output, cancellationToken));
        return command;
    }
}

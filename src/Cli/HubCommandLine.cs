using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using IntegrationHub.Cli.Checking;
using IntegrationHub.Cli.DeadLetters;
using IntegrationHub.Cli.Leads;
using IntegrationHub.Cli.Parity;
using IntegrationHub.Cli.Parked;
using IntegrationHub.Cli.Reading;
using IntegrationHub.Cli.Rehearsing;
using IntegrationHub.Cli.Replays;
using IntegrationHub.Cli.Starting;
using IntegrationHub.Cli.Status;
using IntegrationHub.Cli.Webhooks;

namespace IntegrationHub.Cli;

/// <summary>The hub's command line for operators: parses, runs the command and answers with its exit code.</summary>
internal static class HubCommandLine
{
    /// <summary>Makes all commands.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand("What operators do with IntegrationHub from a shell. Each command has a --help of its own.")
        {
            InitCommand.Create(),
            CheckCommand.Create(),
            RehearseCommand.Create(),
            ReadCommand.Create(),
            WebhooksCommand.Create(),
            StatusCommand.Create(),
            LeadCommands.CreateLead(),
            LeadCommands.CreateWhy(),
            LeadCommands.CreateErase(),
            ParityCommand.Create(),
            ParkedCommand.Create(),
            DeadLettersCommand.Create(),
            ReplayCommand.Create(),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new GuidedHelp((HelpAction)help.Action!);
        return root;
    }

    /// <summary>Runs a command line.</summary>
    /// <param name="args">What was typed.</param>
    /// <param name="configuration">Where the output goes.</param>
    /// <param name="cancellationToken">Ends the command early.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] args, InvocationConfiguration configuration, CancellationToken cancellationToken)
    {
        var parsed = Create().Parse(args);
        if (parsed.Action is not ParseErrorAction mistakes)
        {
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }

        // The whole help would hide the fault, and would mix with a script's output.
        mistakes.ShowHelp = false;
        await parsed.InvokeAsync(configuration, cancellationToken);
        await configuration.Error.WriteLineAsync("Try again with --help, which shows every option and examples.");
        return ExitCodes.Misused;
    }
}

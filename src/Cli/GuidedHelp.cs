using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace IntegrationHub.Cli;

/// <summary>
/// Writes the usual help, and below it examples and exit codes: those of the command, or of every command in the group.
/// </summary>
/// <param name="usual">Writes the help that System.CommandLine makes.</param>
internal sealed class GuidedHelp(HelpAction usual) : SynchronousCommandLineAction
{
    private const string Program = "dotnet run --project src/Cli --";

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var exitCode = usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var commands = CommandsOf(parseResult.CommandResult.Command).ToList();
        WriteExamples(output, commands);
        commands.ForEach(command => WriteEndings(output, command));
        return exitCode;
    }

    /// <summary>The command itself, or the commands of a group in order.</summary>
    private static IEnumerable<GuidedCommand> CommandsOf(Command command) =>
        command is GuidedCommand guided ? [guided] : command.Subcommands.SelectMany(CommandsOf);

    private static void WriteExamples(TextWriter output, List<GuidedCommand> commands)
    {
        output.WriteLine("Examples:");
        foreach (var (purpose, arguments) in commands.SelectMany(command => command.Examples))
        {
            output.WriteLine($"  {purpose}:");
            output.WriteLine($"    {Program} {arguments}");
        }

        output.WriteLine();
    }

    private static void WriteEndings(TextWriter output, GuidedCommand command)
    {
        output.WriteLine($"Exit codes of {command.FullName}:");
        foreach (var (code, meaning) in command.Endings)
        {
            output.WriteLine($"  {code}  {meaning}");
        }

        output.WriteLine();
    }
}

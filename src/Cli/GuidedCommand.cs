using System.CommandLine;

namespace IntegrationHub.Cli;

/// <summary>A command that does something. Its help also shows examples and what its exit codes mean.</summary>
/// <param name="name">What people type.</param>
/// <param name="description">What it does, for the help.</param>
internal sealed class GuidedCommand(string name, string description) : Command(name, description)
{
    /// <summary>Gets the examples: what each is for, and what follows the program's name.</summary>
    public required IReadOnlyList<(string Purpose, string Arguments)> Examples { get; init; }

    /// <summary>Gets every exit code of the command with its meaning.</summary>
    public required IReadOnlyList<(int Code, string Meaning)> Endings { get; init; }

    /// <summary>Gets the name with those of the groups that the command is in.</summary>
    public string FullName => string.Join(' ', Names(this).Reverse());

    private static IEnumerable<string> Names(Command command)
    {
        for (Command? next = command; next is not (null or RootCommand); next = next.Parents.OfType<Command>().FirstOrDefault())
        {
            yield return next.Name;
        }
    }
}

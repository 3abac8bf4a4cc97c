using System.CommandLine;

namespace IntegrationHub.Cli.Tests;

public sealed class HelpTests
{
    private static readonly IReadOnlyList<GuidedCommand> Commands = [.. GuidedIn(HubCommandLine.Create())];

    public static TheoryData<string> Names => [.. Commands.Select(command => command.FullName)];

    [Fact]
    public void The_commands_are_those_of_the_documents() =>
        Assert.Equal(
            [
                "init", "check", "rehearse", "read", "webhooks register", "webhooks list", "webhooks remove", "status", "lead", "why",
                "erase", "parity", "parked list", "parked replay", "parked drop", "deadletters list", "deadletters replay",
                "deadletters purge", "deadletters status", "deadletters stop", "replay start", "replay show", "replay leads", "replay switch", "replay end",
            ],
            Commands.Select(command => command.FullName));

    [Fact]
    public async Task The_first_help_shows_every_command_and_its_exit_codes()
    {
        var help = await CommandRun.RunAsync("--help");

        Assert.Equal(ExitCodes.Done, help.Exit);
        Assert.All(Commands, command => AssertGuides(help.Output, command));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_help_of_a_command_shows_examples_options_and_every_exit_code(string name)
    {
        var command = Commands.Single(each => each.FullName == name);

        var help = await CommandRun.RunAsync([.. name.Split(' '), "--help"]);

        Assert.Equal(ExitCodes.Done, help.Exit);
        AssertGuides(help.Output, command);
        Assert.All(command.Options, option => Assert.Contains($"{option.Name} ", help.Output, StringComparison.Ordinal));
        Assert.All(command.Options, option => Assert.False(string.IsNullOrWhiteSpace(option.Description)));
    }

    /// <summary>An example that no longer parses teaches nothing.</summary>
    [Fact]
    public void Every_example_is_a_command_line_that_parses() => Assert.All(Commands.SelectMany(command => command.Examples), example =>
        Assert.Empty(HubCommandLine.Create().Parse(example.Arguments.Split('|')[0]).Errors));

    [Fact]
    public async Task The_readme_says_what_every_exit_code_means()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Payloads.Repository, "src", "Cli", "README.md"), TestContext.Current.CancellationToken);

        Assert.All(Commands.SelectMany(command => command.Endings.Select(ending => (command.FullName, ending))), each =>
            Assert.Contains($"| `{each.FullName}` | {each.ending.Code} | {each.ending.Meaning} |", readme, StringComparison.Ordinal));
    }

    /// <summary>The key is a secret, also where it comes from the environment.</summary>
    [Fact]
    public async Task No_help_shows_the_key()
    {
        const string Key = "a-key-that-nobody-may-see";
        var before = Environment.GetEnvironmentVariable("Hub__FunctionKey");
        Environment.SetEnvironmentVariable("Hub__FunctionKey", Key);
        try
        {
            var help = await CommandRun.RunAsync("deadletters", "list", "--help");

            Assert.Contains("--key", help.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(Key, help.Output, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("Hub__FunctionKey", before);
        }
    }

    [Theory]
    [InlineData]
    [InlineData("reed", "x")]
    [InlineData("deadletters")]
    [InlineData("deadletters", "replay", "--entity")]
    [InlineData("deadletters", "list", "--entity", "inbound", "--since", "yesterday")]
    public async Task A_command_line_that_is_wrong_ends_with_2_and_points_to_the_help(params string[] arguments)
    {
        var run = await CommandRun.RunAsync(arguments);

        Assert.Equal(ExitCodes.Misused, run.Exit);
        Assert.Contains("--help", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_is_misspelt_is_suggested() =>
        Assert.Contains("deadletters", (await CommandRun.RunAsync("deadleters")).Output, StringComparison.Ordinal);

    private static void AssertGuides(string help, GuidedCommand command)
    {
        Assert.NotEmpty(command.Examples);
        Assert.Contains($"Exit codes of {command.FullName}:", help, StringComparison.Ordinal);
        Assert.All(command.Endings, ending => Assert.Contains($"  {ending.Code}  {ending.Meaning}", help, StringComparison.Ordinal));
        Assert.All(command.Examples, example => Assert.Contains($" -- {example.Arguments}", help, StringComparison.Ordinal));
    }

    private static IEnumerable<GuidedCommand> GuidedIn(Command command) =>
        command is GuidedCommand guided ? [guided] : command.Subcommands.SelectMany(GuidedIn);
}

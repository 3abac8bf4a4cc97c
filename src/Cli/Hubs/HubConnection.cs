using System.CommandLine;
using System.Diagnostics.CodeAnalysis;

namespace IntegrationHub.Cli.Hubs;

/// <summary>The options that say which hub is asked.</summary>
internal sealed class HubConnection
{
    private const string KeySetting = "Hub__FunctionKey";

    private readonly Option<string> _url = new("--url")
    {
        Description = "Where the hub runs.",
        DefaultValueFactory = _ => "http://localhost:7071",
        HelpName = "URL",
    };

    // Without a default value: the help would print it, and it is a secret.
    private readonly Option<string?> _key = new("--key")
    {
        Description = $"The function key of the hub. Left out: what the environment variable {KeySetting} holds.",
        HelpName = "KEY",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_url);
        command.Add(_key);
    }

    /// <summary>
    /// Connects to the hub that the command line names. When an option is wrong, <paramref name="fault"/> says what
    /// it must be.
    /// </summary>
    public bool TryConnect(ParseResult parsed, [NotNullWhen(true)] out HubClient? hub, [NotNullWhen(false)] out string? fault)
    {
        var key = parsed.GetValue(_key) ?? Environment.GetEnvironmentVariable(KeySetting);
        var isUrl = Uri.TryCreate(parsed.GetRequiredValue(_url), UriKind.Absolute, out var url) && url.Scheme is "http" or "https";
        fault = !isUrl ? "--url: must be a web address, for example https://hub.example.com."
            : key?.All(IsVisible) == false
                ? $"--key: must be visible ASCII characters, as the hub prints it. The same holds for {KeySetting}."
            : null;
        hub = fault is null ? new(url!, key) : null;
        return fault is null;
    }

    private static bool IsVisible(char character) => character is > ' ' and < '\x7F';
}

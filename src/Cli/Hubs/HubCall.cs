using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace IntegrationHub.Cli.Hubs;

/// <summary>What all commands that ask a running hub share: options, exit codes, and the way from question to answer.</summary>
internal static class HubCall
{
    /// <summary>The exit codes.</summary>
    public static readonly (int Code, string Meaning)[] Endings =
    [
        (ExitCodes.Done, "the hub did what was asked"),
        (ExitCodes.NotDone, "the hub refused; standard error says why"),
        (ExitCodes.Misused, "the command line is wrong; the hub was not asked"),
        (ExitCodes.NoHub, "no hub answers at --url"),
    ];

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Makes the option for scripts.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print the answer of the hub as JSON, for scripts." };

    /// <summary>Asks the hub and prints its answer.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="connection">Which hub.</param>
    /// <param name="askAsync">Asks it.</param>
    /// <param name="describe">Puts the answer in words; null to print it as JSON.</param>
    public static async Task<int> RunAsync(
        ParseResult parsed, HubConnection connection, Func<HubClient, Task<HubAnswer>> askAsync, Func<JsonElement, string>? describe)
    {
        var console = parsed.InvocationConfiguration;
        if (!connection.TryConnect(parsed, out var hub, out var fault))
        {
            await console.Error.WriteLineAsync(fault);
            return ExitCodes.Misused;
        }

        using (hub)
        {
            switch (await askAsync(hub))
            {
                case HubAnswer.Done done:
                    return await PrintAsync(console, done, describe);
                case HubAnswer.Refused refused:
                    await console.Error.WriteLineAsync(refused.Why);
                    return ExitCodes.NotDone;
                case HubAnswer.Absent absent:
                    await console.Error.WriteLineAsync(absent.Why);
                    return ExitCodes.NoHub;
                default:
                    throw new InvalidOperationException("The hub's answer is of no known kind.");
            }
        }
    }

    private static async Task<int> PrintAsync(InvocationConfiguration console, HubAnswer.Done done, Func<JsonElement, string>? describe)
    {
        try
        {
            await console.Output.WriteLineAsync(describe?.Invoke(done.Json) ?? JsonSerializer.Serialize(done.Json, Indented));
            return ExitCodes.Done;
        }
        catch (JsonException fault)
        {
            await console.Error.WriteLineAsync($"What answers at --url is not a hub: {fault.Message}");
            return ExitCodes.NotDone;
        }
    }
}

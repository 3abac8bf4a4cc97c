using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IntegrationHub.Functions;

/// <summary>The command <c>deadletters</c>: asks a running hub for what it gave up, or to replay that. It prints the hub's answer.</summary>
public static class DeadLettersCommand
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Option<string> Url = new("--url") { Description = "Where the hub runs.", DefaultValueFactory = _ => "http://localhost:7071" };

    private static readonly Option<string?> Key = new("--key")
    {
        Description = "The hub's function key; by default what Hub__FunctionKey says.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("Hub__FunctionKey"),
    };

    private static readonly Option<string> Entity = new("--entity") { Description = "inbound, funnel/to-sales, funnel/to-marketing or funnel/alerts.", Required = true };
    private static readonly Option<string?> Reason = new("--reason") { Description = "Only those with exactly this reason." };
    private static readonly Option<string?> Connector = new("--connector") { Description = "Only those that this connector brought." };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Only count." };

    /// <summary>Makes the command. It ends with 0 when the hub did what was asked, else with 1.</summary>
    public static Command Create()
    {
        var list = new Command("list", "Lists what was given up, and why.") { Entity, Url, Key };
        list.SetAction((parsed, cancellationToken) => RunAsync(
            parsed, new(HttpMethod.Get, $"api/deadletters?entity={Uri.EscapeDataString(parsed.GetRequiredValue(Entity))}"), cancellationToken));
        var replay = new Command("replay", "Sends what was given up again, to the one queue or subscription it came from.") { Entity, Reason, Connector, DryRun, Url, Key };
        replay.SetAction((parsed, cancellationToken) => RunAsync(
            parsed, new(HttpMethod.Post, "api/deadletters/replay") { Content = JsonContent.Create(OrderOf(parsed)) }, cancellationToken));
        return new("deadletters", "Lists and replays what a running hub gave up.") { list, replay };
    }

    private static object OrderOf(ParseResult parsed) => new
    {
        entity = parsed.GetRequiredValue(Entity),
        reason = parsed.GetValue(Reason),
        connector = parsed.GetValue(Connector),
        dryRun = parsed.GetValue(DryRun),
    };

    private static async Task<int> RunAsync(ParseResult parsed, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (output, errors) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        if (!Uri.TryCreate($"{parsed.GetRequiredValue(Url).TrimEnd('/')}/", UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            await errors.WriteLineAsync("--url is no web address. Write it as https://hub.example.com.");
            return 1;
        }

        using var client = new HttpClient { BaseAddress = url };
        client.DefaultRequestHeaders.TryAddWithoutValidation("x-functions-key", parsed.GetValue(Key));
        try
        {
            using var asked = request;
            using var answer = await client.SendAsync(asked, cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                await errors.WriteLineAsync($"The hub answers {(int)answer.StatusCode}: {await ReadProblemAsync(answer, cancellationToken)}");
                return 1;
            }

            var found = await answer.Content.ReadFromJsonAsync<JsonNode>(cancellationToken);
            await output.WriteLineAsync(found!.ToJsonString(Readable));
            if ((bool?)found["capped"] is true)
            {
                await errors.WriteLineAsync("There is more than that.");
            }

            return 0;
        }
        catch (HttpRequestException failure)
        {
            await errors.WriteLineAsync($"No hub answers at {url}: {failure.Message}");
            return 1;
        }
    }

    private static async Task<string> ReadProblemAsync(HttpResponseMessage answer, CancellationToken cancellationToken) =>
        answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
            && await answer.Content.ReadFromJsonAsync<JsonNode>(cancellationToken) is { } problem
            ? (string?)(problem["detail"] ?? problem["title"]) ?? answer.ReasonPhrase ?? ""
            : answer.StatusCode == System.Net.HttpStatusCode.Unauthorized ? "it takes another key than --key." : answer.ReasonPhrase ?? "";
}

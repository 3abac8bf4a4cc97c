using System.CommandLine;
using System.Text.Json.Nodes;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Embedded.Tests;
using IntegrationHub.Functions.Inbound;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests;

[Collection(nameof(RealParts))]
public sealed class DeadLettersCommandTests(Azurite azurite)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_running_hubs_dead_letters_are_listed_counted_and_replayed()
    {
        await using var hub = new TestHub(azurite.ConnectionString, new ManualClock(Monday), []);
        await hub.StartAsync();
        await hub.Get<InboundQueue>().Sender.SendMessageAsync(new ServiceBusMessage("not ours") { MessageId = "m1" }, Token);
        await Eventually.TrueAsync(async () => (await hub.MessagesAsync("inbound", null, SubQueue.DeadLetter)).Count == 1, "it was given up");
        string[] where = ["--entity", "inbound", "--url", $"{hub.Url}", "--key", TestHub.Key];

        var (listed, list, _) = await RunAsync(["list", .. where]);
        var (counted, count, _) = await RunAsync(["replay", .. where, "--reason", "not-a-delivery", "--dry-run"]);
        var (replayed, replay, _) = await RunAsync(["replay", .. where, "--reason", "not-a-delivery"]);

        Assert.Equal((0, 0, 0), (listed, counted, replayed));
        Assert.Equal("not-a-delivery", (string?)JsonNode.Parse(list)!["deadLetters"]![0]!["reason"]);
        Assert.Equal((1, 0), ((int)JsonNode.Parse(count)!["matched"]!, (int)JsonNode.Parse(count)!["replayed"]!));
        Assert.Equal((1, 1), ((int)JsonNode.Parse(replay)!["matched"]!, (int)JsonNode.Parse(replay)!["replayed"]!));
    }

    [Fact]
    public async Task What_the_hub_refuses_is_told_in_words_and_ends_with_1()
    {
        await using var hub = new TestHub(azurite.ConnectionString, new ManualClock(Monday), []);
        await hub.StartAsync();

        var wrongEntity = await RunAsync(["list", "--entity", "outbound", "--url", $"{hub.Url}", "--key", TestHub.Key]);
        var wrongKey = await RunAsync(["list", "--entity", "inbound", "--url", $"{hub.Url}", "--key", "another"]);
        var noHub = await RunAsync(["list", "--entity", "inbound", "--url", "http://127.0.0.1:1"]);
        var noUrl = await RunAsync(["list", "--entity", "inbound", "--url", "127.0.0.1:1"]);

        Assert.All([wrongEntity, wrongKey, noHub, noUrl], run => Assert.Equal((1, ""), (run.Exit, run.Output)));
        Assert.Contains("funnel/to-sales", wrongEntity.Errors, StringComparison.Ordinal);
        Assert.Contains("401", wrongKey.Errors, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:1/", noHub.Errors, StringComparison.Ordinal);
        Assert.Contains("--url", noUrl.Errors, StringComparison.Ordinal);
    }

    private static async Task<(int Exit, string Output, string Errors)> RunAsync(string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exit = await new RootCommand { DeadLettersCommand.Create() }.Parse(["deadletters", .. arguments]).InvokeAsync(new() { Output = output, Error = errors }, Token);
        return (exit, output.ToString(), errors.ToString());
    }
}

using IntegrationHub.Cli.Webhooks;
using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Cli.Tests;

public sealed class WebhooksCommandTests
{
    private static readonly WebhooksFlow Flow = new(new("https://hub.example.com"));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_webhook_is_made_once()
    {
        var tool = new FakeTool();

        var (first, second) = (await Flow.RegisterAsync(tool, Stop), await Flow.RegisterAsync(tool, Stop));

        Assert.True(first.IsDone && second.IsDone);
        Assert.Contains(first.Says, line => line.EndsWith("Put it into the Key Vault: once", StringComparison.Ordinal));
        Assert.StartsWith("is there already: 1 → https://hub.example.com/api/webhooks/tool", Assert.Single(second.Says), StringComparison.Ordinal);
        Assert.Single(tool.All);
    }

    [Fact]
    public async Task One_that_lacks_events_is_named_beside_the_new_one()
    {
        var tool = new FakeTool { All = { new("0", new("https://hub.example.com/api/webhooks/tool?token=secret"), []) } };

        var outcome = await Flow.RegisterAsync(tool, Stop);

        Assert.Equal(2, tool.All.Count);
        Assert.Contains(outcome.Says, line => line.Contains("lacks events; remove it: 0", StringComparison.Ordinal));
        Assert.DoesNotContain("secret ", string.Join(' ', (await Flow.ListAsync(tool, Stop)).Says), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_those_that_call_the_hub_are_removed()
    {
        var tool = new FakeTool { All = { new("0", new("https://hub.example.com/api/webhooks/tool"), []), new("1", new("https://other.example.com/api/webhooks/tool"), []) } };

        await Flow.RemoveAsync(tool, Stop);

        Assert.Equal("1", Assert.Single(tool.All).Id);
        Assert.StartsWith("none calls", Assert.Single((await Flow.RemoveAsync(tool, Stop)).Says), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_that_refuses_is_not_done()
    {
        var outcome = await Flow.ListAsync(new FakeTool { Refuses = true }, Stop);

        Assert.False(outcome.IsDone);
    }

    /// <summary>Whoever sets a tool up finds each vendor's steps, with the address of their hub.</summary>
    [Fact]
    public async Task A_tool_without_an_API_for_it_gets_its_steps()
    {
        var configuration = new ConfigurationBuilder().AddJsonFile(Payloads.Settings).Build();
        await using var services = new ServiceCollection().AddLogging().AddConnectors(configuration).BuildServiceProvider();

        foreach (var connector in services.GetRequiredService<ConnectorSet>().OfType<IWebhookSource>().Where(each => each is not IWebhookRegistration))
        {
            var outcome = await Flow.RegisterAsync(connector, Stop);

            Assert.False(outcome.IsDone);
            Assert.True(outcome.Says.Count > 3, connector.Name);
            Assert.Contains(outcome.Says, line => line.Contains($"https://hub.example.com/api/webhooks/{connector.Name}", StringComparison.Ordinal));
            Assert.DoesNotContain(outcome.Says, line => line.Contains("{Hub:PublicUrl}", StringComparison.Ordinal));
        }
    }

    private sealed class FakeTool : IWebhookRegistration
    {
        public string Name => "tool";

        public string Type => "Tool";

        public List<RegisteredWebhook> All { get; } = [];

        public bool Refuses { get; init; }

        public Task<IReadOnlyList<RegisteredWebhook>> WebhooksAsync(CancellationToken cancellationToken) => Refuses
            ? throw new VendorRefusedException(Name, "GET webhooks", System.Net.HttpStatusCode.Forbidden, null)
            : Task.FromResult<IReadOnlyList<RegisteredWebhook>>([.. All]);

        public bool IsComplete(RegisteredWebhook webhook) => webhook.Events.Contains("all");

        public Task<RegisteredWebhook> RegisterAsync(Uri address, CancellationToken cancellationToken)
        {
            All.Add(new($"{All.Count + (All.Count == 0 ? 1 : 0)}", address, ["all"]));
            return Task.FromResult(All[^1] with { Secret = "once" });
        }

        public Task RemoveAsync(RegisteredWebhook webhook, CancellationToken cancellationToken)
        {
            All.Remove(webhook);
            return Task.CompletedTask;
        }
    }
}

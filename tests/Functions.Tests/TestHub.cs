using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Common;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.WriteBack;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace IntegrationHub.Functions.Tests;

/// <summary>The whole hub with a real table store and a real bus; only the tools are played. It serves nothing until <see cref="StartAsync"/>.</summary>
internal sealed class TestHub : IAsyncDisposable
{
    /// <summary>The key that opens its functions.</summary>
    public const string Key = "a-key-for-tests";

    private readonly string _folder = Directory.CreateTempSubdirectory("hub-").FullName;
    private readonly IHost _host;

    public TestHub(string tables, TimeProvider clock, IConnector[] connectors, params string[] settings)
        : this(Leads.Policy, tables, clock, connectors, settings)
    {
    }

    /// <summary>A hub whose funnel is run in another way than <see cref="Leads.Policy"/>.</summary>
    public TestHub(FunnelSettings policy, string tables, TimeProvider clock, IConnector[] connectors, params string[] settings)
    {
        string[] always =
        [
            "--urls=http://127.0.0.1:0",
            $"--Hub:DataDirectory={_folder}",
            $"--AzureWebJobsStorage={tables}",
            $"--ServiceBus=Endpoint=sb://embedded/;DataDirectory={_folder};Topology={Path.Combine(AppContext.BaseDirectory, "topology.json")}",
            $"--Hub:FunctionKey={Key}",
            "--Mail:From=hub@example.com",
            "--Mail:Smtp:Host=127.0.0.1",
            "--Hub:RetryDelays=00:00:00.1,00:00:00.1",
        ];
        _host = Hub.Build([.. always, .. settings], services => services
            .Replace(ServiceDescriptor.Singleton(clock))
            .Replace(ServiceDescriptor.Singleton(policy with { WriteBack = WriteBackRegistration.For(policy.WriteBack, new(connectors)) }))
            .Replace(ServiceDescriptor.Singleton(new ConnectorSet(connectors))));
    }

    public JourneyFlow Journeys => Get<JourneyFlow>();

    /// <summary>Where it serves, once started.</summary>
    public Uri Url => new(Get<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public IEnumerable<T> GetAll<T>()
        where T : notnull => _host.Services.GetServices<T>();

    /// <summary>Serves: timers run, messages are worked on.</summary>
    public Task StartAsync() => _host.StartAsync(Token);

    /// <summary>A new lead that has come to be known by these facts.</summary>
    public async Task<JourneyState> LeadAsync(LeadId leadId, params Fact[] facts)
    {
        await Journeys.ApplyAsync(leadId, facts, Token);
        return await StateAsync(leadId);
    }

    public async Task<JourneyState> StateAsync(LeadId leadId) => (await Journeys.LoadAsync(leadId, Token))!;

    /// <summary>What waits in a subscription, by peeking.</summary>
    public async Task<IReadOnlyList<ServiceBusReceivedMessage>> MessagesAsync(string queueOrTopic, string? subscription, SubQueue part = SubQueue.None)
    {
        var options = new ServiceBusReceiverOptions { SubQueue = part };
        var bus = Get<ServiceBusClient>();
        await using var receiver = subscription is null ? bus.CreateReceiver(queueOrTopic, options) : bus.CreateReceiver(queueOrTopic, subscription, options);
        var messages = new List<ServiceBusReceivedMessage>();
        while (await receiver.PeekMessagesAsync(100, messages.Count == 0 ? null : messages[^1].SequenceNumber + 1, Token) is { Count: > 0 } page)
        {
            messages.AddRange(page);
        }

        return messages;
    }

    public async Task<IReadOnlyList<T>> EventsAsync<T>(string subscription)
        where T : FunnelEvent => [.. (await MessagesAsync(FunnelTopic.Name, subscription)).Select(FunnelTopic.Read).OfType<T>()];

    /// <summary>Does something while the bus is away.</summary>
    public async Task<T> WithoutBusAsync<T>(Func<Task<T>> run)
    {
        var sign = Path.Combine(_folder, "bus.unavailable");
        await File.WriteAllTextAsync(sign, "", Token);
        await Eventually.TrueAsync(async () => !await AnswersAsync(), "the bus is away");
        try
        {
            return await run();
        }
        finally
        {
            File.Delete(sign);
            await Eventually.TrueAsync(AnswersAsync, "the bus is back");
        }
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await MessagesAsync(FunnelTopic.Name, "alerts");
            return true;
        }
        catch (ServiceBusException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Not the test's token: it may be over.
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

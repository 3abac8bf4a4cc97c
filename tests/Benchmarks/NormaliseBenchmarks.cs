using System.Text.Json;
using BenchmarkDotNet.Attributes;
using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.HubSpot;
using IntegrationHub.Connectors.Salesforce;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Benchmarks;

/// <summary>From the bytes of a delivery to events. Figures are per event, so the ratios say what an event of a batch costs beside one that comes alone.</summary>
[SimpleJob(launchCount: 1, warmupCount: 3, iterationCount: 5)]
[MemoryDiagnoser]
public class NormaliseBenchmarks
{
    private const string Secret = "benchmark-client-secret";
    private const string Url = "https://hub.example.com/api/webhooks/hubspot";
    private const int Batch = 100;
    private const int Page = 2000;

    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 15, 6, TimeSpan.Zero);

    private IWebhookSource _hubSpot = null!;
    private IDeliveryReader _salesforce = null!;
    private Delivery _single = null!;
    private Delivery _batch = null!;
    private Delivery _page = null!;

    [GlobalSetup]
    public void Setup()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Connectors:hubspot:Type"] = HubSpotConnector.TypeName,
            ["Connectors:hubspot:ClientSecret"] = Secret,
            ["Connectors:hubspot:AccessToken"] = "none",
            ["Connectors:hubspot:PortalId"] = "62515",
            ["Connectors:salesforce:Type"] = SalesforceConnector.TypeName,
            ["Connectors:salesforce:ClientId"] = "none",
            ["Connectors:salesforce:ClientSecret"] = "none",
        };
        var services = new ServiceCollection().AddLogging().AddConnectors(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        var connectors = services.BuildServiceProvider().GetRequiredService<ConnectorSet>();
        _hubSpot = connectors.Find<IWebhookSource>("hubspot")!;
        _salesforce = connectors.Find<IDeliveryReader>("salesforce")!;
        _single = Signed(1);
        _batch = Signed(Batch);
        _page = Rows(Page);
    }

    [Benchmark(Baseline = true)]
    public int HubSpot_alone() => CheckAndRead(_single);

    [Benchmark(OperationsPerInvoke = Batch)]
    public int HubSpot_in_100() => CheckAndRead(_batch);

    /// <summary>Polled, so there is no signature to check.</summary>
    [Benchmark(OperationsPerInvoke = Page)]
    public int Salesforce_in_2000() => AtLeast(Page, _salesforce.Read(_page));

    private int CheckAndRead(Delivery delivery)
    {
        var check = _hubSpot.Check(delivery, Now);
        return check.Verdict == DeliveryVerdict.Accepted ? AtLeast(check.Events, _hubSpot.Read(delivery)) : throw new InvalidOperationException(check.Reason);
    }

    private static int AtLeast(int expected, IReadOnlyList<SourceEvent> events) =>
        events.Count >= expected ? events.Count : throw new InvalidOperationException($"Of {expected} events {events.Count} were read.");

    private static Delivery Signed(int events)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(Enumerable.Range(1, events).Select(number => new
        {
            eventId = number,
            subscriptionId = 77,
            portalId = 62515,
            appId = 54321,
            occurredAt = Now.AddSeconds(-number).ToUnixTimeMilliseconds(),
            subscriptionType = "contact.propertyChange",
            attemptNumber = 0,
            objectId = 1200 + number,
            changeSource = "CRM_UI",
            propertyName = "lifecyclestage",
            propertyValue = number % 2 == 0 ? "lead" : "marketingqualifiedlead",
        }));
        var timestamp = $"{Now.ToUnixTimeMilliseconds()}";
        return new()
        {
            Connector = "hubspot",
            PublicUrl = new(Url),
            Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
            {
                [HubSpotSignature.TimestampHeader] = timestamp,
                [HubSpotSignature.SignatureHeader] = HubSpotSignature.Sign(Secret, "POST", Url, body, timestamp),
            },
            Body = body,
            ReceivedAt = Now,
        };
    }

    private static Delivery Rows(int rows) => new()
    {
        Connector = "salesforce",
        Channel = Delivery.PollChannel,
        Method = "GET",
        Headers = new Dictionary<string, string>(),
        Body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            totalSize = rows,
            done = true,
            records = Enumerable.Range(1, rows).Select(number => new
            {
                attributes = new { type = "Lead" },
                Id = $"00Q5g{number:D10}AAA",
                IsDeleted = false,
                SystemModstamp = $"{Now.AddSeconds(number):yyyy-MM-dd'T'HH:mm:ss.fff}+0000",
                CreatedById = "0055g0000000001AAA",
                LastModifiedById = "0055g0000000002AAA",
                OwnerId = "0055g0000000002AAA",
                MasterRecordId = (string?)null,
                Status = number % 2 == 0 ? "Working - Contacted" : "Open - Not Contacted",
                FirstName = "Ada",
                LastName = $"Lovelace {number}",
                Company = "Analytical Engines",
                Title = "Programmer",
                Email = $"ada{number}@example.com",
                Phone = (string?)null,
                Country = "GB",
                HasOptedOutOfEmail = false,
                IsConverted = false,
                ConvertedContactId = (string?)null,
                ConvertedOpportunityId = (string?)null,
                IntegrationHub_Lead_Id__c = (string?)null,
            }),
        }),
        ReceivedAt = Now,
    };
}

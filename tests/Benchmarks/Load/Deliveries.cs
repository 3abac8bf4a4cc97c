using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IntegrationHub.Benchmarks.Load;

/// <summary>Makes signed HubSpot deliveries about contacts 1 … n: mostly changes that leave the stage as it is, every twentieth one that moves it.</summary>
internal sealed class Deliveries(Uri target)
{
    public const string Secret = "benchmark-client-secret";

    private static readonly string[] Stages = ["lead", "marketingqualifiedlead", "lead", "marketingqualifiedlead"];
    private int _lastEvent;

    /// <summary>The first word about every contact, with a batch of a hundred to a delivery.</summary>
    public IEnumerable<HttpRequestMessage> Introduce(int leads) =>
        Enumerable.Range(1, leads).Chunk(100).Select(contacts => Sign([.. contacts.Select(contact => Event(contact, "lifecyclestage", "subscriber"))]));

    /// <summary>A number of deliveries, each of some events, over the contacts in turn.</summary>
    public IEnumerable<HttpRequestMessage> About(int leads, int deliveries, int eventsEach) =>
        Enumerable.Range(0, deliveries).Select(delivery => Sign([.. Enumerable.Range(delivery * eventsEach, eventsEach).Select(number => Next(1 + (number % leads)))]));

    private Dictionary<string, object> Next(int contact)
    {
        var number = _lastEvent + 1;
        return number % 20 == 0 ? Event(contact, "lifecyclestage", number % 40 == 0 ? "subscriber" : "lead")
            : number % 5 == 0 ? Event(contact, "jobtitle", $"Title {number}")
            : Event(contact, "lifecyclestage", Stages[number % Stages.Length]);
    }

    private Dictionary<string, object> Event(int contact, string property, string value) => new()
    {
        ["eventId"] = ++_lastEvent,
        ["subscriptionId"] = 77,
        ["portalId"] = 62515,
        ["appId"] = 54321,
        ["occurredAt"] = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        ["subscriptionType"] = "contact.propertyChange",
        ["attemptNumber"] = 0,
        ["objectId"] = contact,
        ["changeSource"] = "CRM_UI",
        ["propertyName"] = property,
        ["propertyValue"] = value,
    };

    private HttpRequestMessage Sign(IReadOnlyList<Dictionary<string, object>> events)
    {
        var body = JsonSerializer.Serialize(events);
        var timestamp = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"POST{target.OriginalString}{body}{timestamp}"));
        return new HttpRequestMessage(HttpMethod.Post, target)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
            Headers = { { "X-HubSpot-Signature-v3", Convert.ToBase64String(signature) }, { "X-HubSpot-Request-Timestamp", timestamp } },
        };
    }
}

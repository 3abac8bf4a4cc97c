using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IntegrationHub.Benchmarks.Load;

/// <summary>Makes signed HubSpot deliveries about some contacts: mostly changes that leave the stage as it is, every twentieth one that moves it.</summary>
internal sealed class Deliveries(Uri target, IReadOnlyList<long> contacts)
{
    public const string Secret = "benchmark-client-secret";

    private static readonly string[] Stages = ["lead", "marketingqualifiedlead", "lead", "marketingqualifiedlead"];
    private int _lastEvent;

    /// <summary>The first word about every contact, with a batch of a hundred to a delivery.</summary>
    public IEnumerable<HttpRequestMessage> Introduce() =>
        contacts.Chunk(100).Select(chunk => Sign([.. chunk.Select(contact => Event(contact, "lifecyclestage", "subscriber"))]));

    /// <summary>The first word about every contact, each in a delivery of its own.</summary>
    public IEnumerable<HttpRequestMessage> IntroduceSingly() => contacts.Select(contact => Sign([Event(contact, "lifecyclestage", "lead")]));

    /// <summary>Every contact becomes sales', each in a delivery of its own.</summary>
    public IEnumerable<(long Contact, HttpRequestMessage Request)> HandOver() =>
        contacts.Select(contact => (contact, Sign([Event(contact, "lifecyclestage", "salesqualifiedlead")])));

    /// <summary>A number of deliveries with one event each, over the contacts in turn.</summary>
    public IEnumerable<HttpRequestMessage> Single(int events) => Enumerable.Range(0, events).Select(number => Sign([Next(contacts[number % contacts.Count])]));

    /// <summary>Deliveries of a hundred events about ten contacts each.</summary>
    public IEnumerable<HttpRequestMessage> Batches(int events) =>
        Enumerable.Range(0, events / 100).Select(batch => Sign([.. Enumerable.Range(0, 100).Select(number => Next(contacts[((batch * 10) + (number % 10)) % contacts.Count]))]));

    private Dictionary<string, object> Next(long contact)
    {
        var number = _lastEvent + 1;
        return number % 20 == 0 ? Event(contact, "lifecyclestage", number % 40 == 0 ? "subscriber" : "lead")
            : number % 5 == 0 ? Event(contact, "jobtitle", $"Title {number}")
            : Event(contact, "lifecyclestage", Stages[number % Stages.Length]);
    }

    private Dictionary<string, object> Event(long contact, string property, string value) => new()
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

using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.CustomerIo;

/// <summary>Maps Customer.io's reporting webhooks to events. Pure.</summary>
internal static class CustomerIoMapper
{
    /// <summary>The prefix of a profile's own id. The id that the customer gave has none.</summary>
    public const string ProfilePrefix = "cio_";

    /// <summary>Metrics of any message that say nothing about a lead.</summary>
    private static readonly HashSet<string> OfDelivery = new(StringComparer.Ordinal)
    {
        "drafted", "attempted", "sent", "delivered", "dropped", "failed", "deferred", "undeliverable",
    };

    /// <summary>Parses a webhook; null when it is not an object.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body) => WellFormed.Parse(
        body, static root => root.ValueKind == JsonValueKind.Object);

    /// <summary>Maps the event of a webhook.</summary>
    public static SourceEvent Map(JsonElement webhook, CustomerIoOptions options)
    {
        var (about, metric) = KindOf(webhook);
        if (webhook.Text("event_id") is not { } id || metric is null)
        {
            var fingerprint = UnreadableEvent.Fingerprint(webhook.GetRawText());
            return UnreadableEvent.Of("customerio", ToolSide.Marketing, fingerprint, "the event has no event_id or no metric");
        }

        var data = webhook.Member("data");
        var header = HeaderOf(id, JsonFields.UnixSeconds(webhook.Text("timestamp")), about, data, options);
        return (about, metric) switch
        {
            ("customer", "subscribed") =>
                new ConsentChangedEvent(header) { Consent = MailConsent.Subscribed, Stage = FunnelStage.Awareness },
            ("customer" or "email", "unsubscribed") => new ConsentChangedEvent(header) { Consent = MailConsent.Unsubscribed },
            ("email", "bounced") => new ConsentChangedEvent(header) { Consent = MailConsent.Bounced },
            ("email", "spammed") => new ConsentChangedEvent(header) { Consent = MailConsent.Complained },
            ("email", "opened") => Touched(header, TouchKind.Open, data),
            ("email" or "push" or "in_app" or "sms", "clicked") => Touched(header, TouchKind.Click, data),
            ("email" or "push" or "in_app" or "sms", "converted") => Touched(header, TouchKind.Conversion, data),
            (_, var other) when OfDelivery.Contains(other) => new IgnoredEvent(header),
            _ => new UnreadEvent(header) { VendorKind = $"{about}.{metric}" },
        };
    }

    /// <summary>Returns what the event is about and what happened. The former format names both in one word.</summary>
    private static (string? About, string? Metric) KindOf(JsonElement webhook)
    {
        if (webhook.Text("event_type") is { } type && webhook.Text("metric") is null)
        {
            var bar = type.IndexOf('_', StringComparison.Ordinal);
            return bar < 0 ? (null, type) : (type[..bar], type[(bar + 1)..]);
        }

        return (webhook.Text("object_type"), webhook.Text("metric"));
    }

    private static EventHeader HeaderOf(
        string id, DateTimeOffset? at, string? about, JsonElement data, CustomerIoOptions options)
    {
        var identifiers = data.Member("identifiers");
        var (person, profile) = (identifiers.Text("id") ?? data.Text("customer_id"), identifiers.Text("cio_id"));
        string?[] addresses =
            [identifiers.Text("email"), data.Text("email_address"), about == "email" ? data.Text("recipient") : null];
        var ids = ImmutableSortedDictionary<string, string>.Empty;
        return new($"customerio|{id}", ToolSide.Marketing, at)
        {
            ExternalIds = ids
                .AddRange(person is null ? [] : [KeyValuePair.Create("personId", person)])
                .AddRange(profile is null ? [] : [KeyValuePair.Create("cioId", profile)]),
            People =
            [
                .. profile is null ? [] : (IdentityKey[])[IdentityKey.Person(options.Name, ProfilePrefix + profile)],
                .. person is null ? [] : (IdentityKey[])[IdentityKey.Person(options.Name, person)],
            ],
            SubjectEmail = addresses.Select(text => !Withheld.Is(text) && EmailAddress.TryParse(text, out var email) ? email.Address : null)
                .FirstOrDefault(address => address is not null),
        };
    }

    private static ActivityEvent Touched(EventHeader header, TouchKind touch, JsonElement data) => new(header)
    {
        Touch = touch,
        Stage = FunnelStage.Interest,
        Campaign = data.Text("campaign_id")
            ?? Named("broadcast", data.Text("broadcast_id"))
            ?? Named("newsletter", data.Text("newsletter_id"))
            ?? Named("transactional", data.Text("transactional_message_id")),
        Detail = data.Text("subject") ?? data.Text("href"),
    };

    private static string? Named(string kind, string? id) => id is null ? null : $"{kind} {id}";
}

using System.Collections.Immutable;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Klaviyo;

/// <summary>What an event of a Klaviyo topic means.</summary>
internal enum KlaviyoMeaning
{
    /// <summary>Nothing for the hub. It is not counted as missed.</summary>
    Ignored,

    /// <summary>The person agreed to mail.</summary>
    Subscribed,

    /// <summary>The person opted out.</summary>
    Unsubscribed,

    /// <summary>Mail to the person bounces permanently.</summary>
    Bounced,

    /// <summary>The person marked a mail as spam.</summary>
    Complained,

    /// <summary>The person opened a mail.</summary>
    Open,

    /// <summary>The person followed a link.</summary>
    Click,

    /// <summary>The person sent a form.</summary>
    Form,

    /// <summary>The person visited a page.</summary>
    Visit,

    /// <summary>Another conversion, such as an order.</summary>
    Conversion,

    /// <summary>The person moved to another stage.</summary>
    Stage,
}

/// <summary>Settings of one Klaviyo account. Section <c>Connectors:{name}</c> with <c>Type</c> Klaviyo.</summary>
internal sealed class KlaviyoOptions
{
    /// <summary>Usual topics. The ids are unconfirmed: <c>GET /api/webhook-topics</c> lists those of an account.</summary>
    private static readonly Dictionary<string, KlaviyoMeaning> UsualTopics = new(StringComparer.OrdinalIgnoreCase)
    {
        ["event:klaviyo.subscribed_to_list"] = KlaviyoMeaning.Subscribed,
        ["event:klaviyo.subscribed_to_email_marketing"] = KlaviyoMeaning.Subscribed,
        ["event:klaviyo.unsubscribed_from_email_marketing"] = KlaviyoMeaning.Unsubscribed,
        ["event:klaviyo.unsubscribed"] = KlaviyoMeaning.Unsubscribed,
        ["event:klaviyo.bounced_email"] = KlaviyoMeaning.Bounced,
        ["event:klaviyo.marked_email_as_spam"] = KlaviyoMeaning.Complained,
        ["event:klaviyo.opened_email"] = KlaviyoMeaning.Open,
        ["event:klaviyo.clicked_email"] = KlaviyoMeaning.Click,
        ["event:klaviyo.active_on_site"] = KlaviyoMeaning.Visit,
        ["event:klaviyo.form_submitted_by_profile"] = KlaviyoMeaning.Form,
        ["event:api.funnel_stage_changed"] = KlaviyoMeaning.Stage,
        ["event:klaviyo.received_email"] = KlaviyoMeaning.Ignored,
        ["event:klaviyo.unsubscribed_from_list"] = KlaviyoMeaning.Ignored,
    };

    /// <summary>Gets the connector's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the address of Klaviyo's API. Default: <c>https://a.klaviyo.com</c>.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Gets the private API key. Required.</summary>
    public required string ApiKey { get; init; }

    /// <summary>Gets the secret keys of the webhooks, the present and the next; at least one.</summary>
    public required SigningSecrets WebhookSecrets { get; init; }

    /// <summary>Gets the account whose events are accepted. Required.</summary>
    public required string AccountId { get; init; }

    /// <summary>Gets the meaning of topics. Setting <c>TopicMap:{topic}</c>.</summary>
    public required IReadOnlyDictionary<string, KlaviyoMeaning> Topics { get; init; }

    /// <summary>Gets the meaning of stages in events of the meaning <c>stage</c>. Setting <c>StageMap:{raw}</c>; default: the
    /// names of the funnel's stages.</summary>
    public required StageMap<FunnelStage> Stages { get; init; }

    /// <summary>Gets the event property with the stage. Default: <c>stage</c>.</summary>
    public required string StageProperty { get; init; }

    /// <summary>Gets the event property with the previous stage. Default: <c>previous_stage</c>.</summary>
    public required string PreviousStageProperty { get; init; }

    /// <summary>Gets the profile property for the stage that the hub writes; null writes none.</summary>
    public string? WriteStageProperty { get; init; }

    /// <summary>Gets the profile property for notes, such as the reason of a return; null writes none.</summary>
    public string? NoteProperty { get; init; }

    /// <summary>Gets the country (ISO 3166, two letters) of phone numbers without a country code; null
    /// compares their digits.</summary>
    public string? PhoneRegion { get; init; }

    /// <summary>Gets the profile properties that the hub writes. Setting <c>WriteProfile</c>; default none.</summary>
    public required ImmutableHashSet<PersonProperty> WriteProfile { get; init; }

    /// <summary>Reads the settings; faults go to the reader of <paramref name="settings"/>.</summary>
    internal static KlaviyoOptions Read(ConnectorSettings settings)
    {
        var reader = settings.Reader;
        return new()
        {
            Name = settings.Name,
            BaseUrl = reader.ToolUrl("BaseUrl", "https://a.klaviyo.com") ?? new("https://a.klaviyo.com"),
            ApiKey = settings.Secret("ApiKey", "a private API key", "pk_0123456789abcdef"),
            WebhookSecrets = settings.Secrets("WebhookSecret", "the secret key that was given to the webhook", "a-long-random-text"),
            AccountId = reader.Required("AccountId", "the account's public id", "XyZ123"),
            Topics = ReadTopics(reader),
            Stages = settings.PersonStages(FunnelStageNames.Own),
            StageProperty = reader.Text("StageProperty") ?? "stage",
            PreviousStageProperty = reader.Text("PreviousStageProperty") ?? "previous_stage",
            WriteStageProperty = reader.Text("WriteStageProperty"),
            NoteProperty = reader.Text("NoteProperty"),
            PhoneRegion = ProfileFields.ReadPhoneRegion(reader),
            WriteProfile = ProfileFields.Read(reader, KlaviyoWriting.Fields.Keys),
        };
    }

    private static Dictionary<string, KlaviyoMeaning> ReadTopics(SettingsReader reader)
    {
        var topics = new Dictionary<string, KlaviyoMeaning>(UsualTopics, StringComparer.OrdinalIgnoreCase);

        // A topic has a colon, which configuration reads as a level: event:klaviyo.opened_email.
        foreach (var kind in reader.Names("TopicMap"))
        {
            foreach (var name in reader.Names($"TopicMap:{kind}"))
            {
                if (reader.Named<KlaviyoMeaning>($"TopicMap:{kind}:{name}") is { } meaning)
                {
                    topics[$"{kind}:{name}"] = meaning;
                }
            }
        }

        return topics;
    }
}

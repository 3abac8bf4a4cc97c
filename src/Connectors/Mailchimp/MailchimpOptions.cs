using System.Collections.Immutable;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Mailchimp;

/// <summary>Settings of one Mailchimp audience. Section <c>Connectors:{name}</c> with <c>Type</c> Mailchimp.</summary>
internal sealed class MailchimpOptions
{
    private const string KeyExample = "0123456789abcdef-us21";
    private const string Secret = "the signing secret of the webhook, or UrlToken for one that does not sign";

    /// <summary>Gets the connector's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the address of the API. Default: <c>https://{dc}.api.mailchimp.com</c>, with the data centre after the
    /// dash of the key.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Gets the API key. Required.</summary>
    public required string ApiKey { get; init; }

    /// <summary>Gets the signing secrets of the webhook, the present and the next. With one, every delivery must be
    /// signed.</summary>
    public required SigningSecrets SigningSecrets { get; init; }

    /// <summary>Gets the secrets in the address of a webhook that was made before Mailchimp signed. They count only without
    /// a signing secret.</summary>
    public required SigningSecrets UrlTokens { get; init; }

    /// <summary>Gets the audience (list) whose events are accepted. Required.</summary>
    public required string ListId { get; init; }

    /// <summary>Gets the merge field with a person's stage; null reads none.</summary>
    public string? StageMergeField { get; init; }

    /// <summary>Gets the meaning of stages in the merge field. Setting <c>StageMap:{raw}</c>; default: the names of the
    /// funnel's stages.</summary>
    public required StageMap<FunnelStage> Stages { get; init; }

    /// <summary>Gets the merge field for the stage that the hub writes; null writes none.</summary>
    public string? WriteStageMergeField { get; init; }

    /// <summary>Gets the country (ISO 3166, two letters) of phone numbers without a country code; null
    /// compares their digits.</summary>
    public string? PhoneRegion { get; init; }

    /// <summary>Gets the profile properties that the hub writes. Setting <c>WriteProfile</c>; default none.</summary>
    public required ImmutableHashSet<PersonProperty> WriteProfile { get; init; }

    /// <summary>Reads the settings; faults go to the reader of <paramref name="settings"/>.</summary>
    internal static MailchimpOptions Read(ConnectorSettings settings)
    {
        var reader = settings.Reader;
        var key = settings.Secret("ApiKey", "an API key", KeyExample);
        var tokens = SigningSecrets.Read(reader, "UrlToken");
        return new()
        {
            Name = settings.Name,
            BaseUrl = reader.ToolUrl("BaseUrl", "https://us21.api.mailchimp.com") ?? DefaultUrl(key, reader),
            ApiKey = key,
            SigningSecrets = tokens.Current.Length > 0
                ? SigningSecrets.Read(reader, "SigningSecret")
                : settings.Secrets("SigningSecret", Secret, "a-long-random-text"),
            UrlTokens = tokens,
            ListId = reader.Required("ListId", "the audience's id", "b7c1d2e3f4"),
            StageMergeField = MergeField(reader, "StageMergeField"),
            Stages = settings.PersonStages(FunnelStageNames.Own),
            WriteStageMergeField = MergeField(reader, "WriteStageMergeField"),
            PhoneRegion = ProfileFields.ReadPhoneRegion(reader),
            WriteProfile = ProfileFields.Read(reader, MailchimpWriting.Fields.Keys),
        };
    }

    private static Uri DefaultUrl(string key, SettingsReader reader)
    {
        var centre = key[(key.LastIndexOf('-') + 1)..];
        if (centre.Length is > 1 and < 10 && centre.All(char.IsAsciiLetterOrDigit) && centre.Length < key.Length)
        {
            return new($"https://{centre}.api.mailchimp.com");
        }

        if (key.Length > 0)
        {
            reader.Fault("ApiKey", "an API key that ends with its data centre, or BaseUrl beside it", KeyExample);
        }

        return new("https://api.mailchimp.com");
    }

    private static string? MergeField(SettingsReader reader, string key) => reader.Text(
        key, text => text.All(character => char.IsAsciiLetterUpper(character) || char.IsAsciiDigit(character) || character == '_'),
        "a merge tag of capital letters, digits and _", "STAGE");
}

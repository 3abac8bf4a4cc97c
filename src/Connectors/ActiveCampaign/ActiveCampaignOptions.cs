using System.Collections.Immutable;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.ActiveCampaign;

/// <summary>Settings of one ActiveCampaign account. Section <c>Connectors:{name}</c> with <c>Type</c>
/// ActiveCampaign.</summary>
internal sealed class ActiveCampaignOptions
{
    /// <summary>Gets the connector's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the account's name, the first part of its addresses. Required.</summary>
    public required string Account { get; init; }

    /// <summary>Gets the account's number. A webhook that has another one is left alone; null, and one without a number,
    /// leave the check out.</summary>
    public string? AccountId { get; init; }

    /// <summary>Gets the address of the API. Default: <c>https://{account}.api-us1.com</c>.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Gets the address where people open the account. Default:
    /// <c>https://{account}.activehosted.com</c>.</summary>
    public required Uri AppUrl { get; init; }

    /// <summary>Gets the API key. Required.</summary>
    public required string ApiKey { get; init; }

    /// <summary>Gets the secrets in the address of the webhook, the present and the next; at least one.</summary>
    public required SigningSecrets UrlTokens { get; init; }

    /// <summary>Gets how a tag begins whose rest is a stage. Default: <c>stage:</c>.</summary>
    public required string StageTagPrefix { get; init; }

    /// <summary>Gets the meaning of stages in tags. Setting <c>StageMap:{raw}</c>; default: the names of the funnel's
    /// stages.</summary>
    public required StageMap<FunnelStage> Stages { get; init; }

    /// <summary>Gets the meaning of deal stages by id. Setting <c>DealStageMap:{id}</c>; no default, because each account
    /// makes its own.</summary>
    public required StageMap<DealStageMeaning> DealStages { get; init; }

    /// <summary>Gets a value indicating whether the hub writes the stage as a tag. Default: false.</summary>
    public bool WriteStageTag { get; init; }

    /// <summary>Gets the list that a withdrawn opt-out subscribes to; null withdraws none.</summary>
    public string? ListId { get; init; }

    /// <summary>Gets the country (ISO 3166, two letters) of phone numbers without a country code; null
    /// compares their digits.</summary>
    public string? PhoneRegion { get; init; }

    /// <summary>Gets the profile properties that the hub writes. Setting <c>WriteProfile</c>; default none.</summary>
    public required ImmutableHashSet<PersonProperty> WriteProfile { get; init; }

    /// <summary>Reads the settings; faults go to the reader of <paramref name="settings"/>.</summary>
    internal static ActiveCampaignOptions Read(ConnectorSettings settings)
    {
        var reader = settings.Reader;
        var account = ReadAccount(reader);
        return new()
        {
            Name = settings.Name,
            Account = account,
            AccountId = reader.Text("AccountId", IsNumber, "the account's number", "474042"),
            BaseUrl = reader.ToolUrl("BaseUrl", "https://acme.api-us1.com") ?? new($"https://{account}.api-us1.com"),
            AppUrl = reader.Url("AppUrl", "https://acme.activehosted.com") ?? new($"https://{account}.activehosted.com"),
            ApiKey = settings.Secret("ApiKey", "the API key", "0123456789abcdef"),
            UrlTokens = settings.Secrets("UrlToken", "the secret in the address of the webhook", "a-long-random-text"),
            StageTagPrefix = reader.Text("StageTagPrefix") ?? "stage:",
            Stages = settings.PersonStages(FunnelStageNames.Own),
            DealStages = settings.DealStages(ImmutableDictionary<string, DealStageMeaning>.Empty),
            WriteStageTag = reader.Flag("WriteStageTag", false),
            ListId = reader.Text("ListId", IsNumber, "the number of a list", "1"),
            PhoneRegion = ProfileFields.ReadPhoneRegion(reader),
            WriteProfile = ProfileFields.Read(reader, ActiveCampaignWriting.Fields.Keys),
        };
    }

    private static string ReadAccount(SettingsReader reader)
    {
        const string Key = "Account", MustBe = "the account's name, the first part of its addresses", Example = "acme";
        reader.Required(Key, MustBe, Example);
        return reader.Text(Key, text => text.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'), MustBe, Example)
            ?? Example;
    }

    private static bool IsNumber(string text) => text.All(char.IsAsciiDigit);
}

using System.Collections.Immutable;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.CustomerIo;

/// <summary>Settings of one Customer.io workspace. Section <c>Connectors:{name}</c> with <c>Type</c> CustomerIo.</summary>
internal sealed class CustomerIoOptions
{
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    /// <summary>Gets the connector's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the address of the Track API, which writes. Default: <c>https://track.customer.io</c>; workspaces in the
    /// EU use <c>https://track-eu.customer.io</c>.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Gets the address of the App API, which reads. Default: <c>https://api.customer.io</c>; workspaces in the EU use
    /// <c>https://api-eu.customer.io</c>.</summary>
    public required Uri AppBaseUrl { get; init; }

    /// <summary>Gets the signing keys of the webhooks, the present and the next; at least one.</summary>
    public required SigningSecrets SigningKeys { get; init; }

    /// <summary>Gets the site id of the Track API. Required.</summary>
    public required string SiteId { get; init; }

    /// <summary>Gets the key of the Track API. Required.</summary>
    public required string ApiKey { get; init; }

    /// <summary>Gets the key of the App API. Required.</summary>
    public required string AppKey { get; init; }

    /// <summary>Gets the largest difference between the time of sending and now, inclusive. A retry may carry the time of its
    /// first attempt. Default: 1 day.</summary>
    public required TimeSpan Tolerance { get; init; }

    /// <summary>Gets the attribute for the stage that the hub writes; null writes none.</summary>
    public string? WriteStageAttribute { get; init; }

    /// <summary>Gets the attribute for notes, such as the reason of a return; null writes none.</summary>
    public string? NoteAttribute { get; init; }

    /// <summary>Gets the country (ISO 3166, two letters) of phone numbers without a country code; null
    /// compares their digits.</summary>
    public string? PhoneRegion { get; init; }

    /// <summary>Gets the profile properties that the hub writes. Setting <c>WriteProfile</c>; default none.</summary>
    public required ImmutableHashSet<PersonProperty> WriteProfile { get; init; }

    /// <summary>Reads the settings; faults go to the reader of <paramref name="settings"/>.</summary>
    internal static CustomerIoOptions Read(ConnectorSettings settings)
    {
        var reader = settings.Reader;
        return new()
        {
            Name = settings.Name,
            BaseUrl = reader.ToolUrl("BaseUrl", "https://track.customer.io") ?? new("https://track.customer.io"),
            AppBaseUrl = reader.ToolUrl("AppBaseUrl", "https://api.customer.io") ?? new("https://api.customer.io"),
            SigningKeys = settings.Secrets("SigningKey", "the signing key of the reporting webhook", "a-long-random-text"),
            SiteId = reader.Required("SiteId", "the site id of a Track API key", "0123456789abcdef0123"),
            ApiKey = settings.Secret("ApiKey", "a Track API key", "fedcba98765432100123"),
            AppKey = settings.Secret("AppKey", "an App API key", "app-0123456789abcdef"),
            Tolerance = reader.Duration("Tolerance", OneDay, TimeSpan.FromMinutes(1), TimeSpan.FromDays(8)),
            WriteStageAttribute = reader.Text("WriteStageAttribute"),
            NoteAttribute = reader.Text("NoteAttribute"),
            PhoneRegion = ProfileFields.ReadPhoneRegion(reader),
            WriteProfile = ProfileFields.Read(reader, CustomerIoWriting.Fields.Keys),
        };
    }
}

using System.Collections.Immutable;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.AccountEngagement;

/// <summary>Settings of one business unit. Section <c>Connectors:{name}</c> with <c>Type</c> AccountEngagement.</summary>
internal sealed class AccountEngagementOptions
{
    /// <summary>The length of a business unit's id, and how it begins.</summary>
    private const int IdLength = 18;

    private const string IdPrefix = "0Uv", LoginExample = "https://acme.my.salesforce.com";

    /// <summary>The stages of a new business unit, by name. Their ids differ from unit to unit.</summary>
    private static readonly Dictionary<string, FunnelStage> LifecycleStages = new()
    {
        ["Visitor"] = FunnelStage.Awareness,
        ["Prospect"] = FunnelStage.Interest,
        ["Marketing Qualified Lead"] = FunnelStage.Interest,
        ["MQL"] = FunnelStage.Interest,
        ["Sales Qualified Lead"] = FunnelStage.Evaluation,
        ["SQL"] = FunnelStage.Evaluation,
        ["Won Opportunity"] = FunnelStage.Commitment,
        ["Won"] = FunnelStage.Commitment,
    };

    /// <summary>Gets the connector's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the address of the API. Default: <c>https://pi.pardot.com</c>; sandboxes use
    /// <c>https://pi.demo.pardot.com</c>.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Gets the address of the Salesforce organisation, which signs the hub in. Required.</summary>
    public required Uri LoginUrl { get; init; }

    /// <summary>Gets the connected app's client id. Required.</summary>
    public required string ClientId { get; init; }

    /// <summary>Gets the connected app's client secret. Required.</summary>
    public required string ClientSecret { get; init; }

    /// <summary>Gets the business unit, 18 characters. Required.</summary>
    public required string BusinessUnitId { get; init; }

    /// <summary>Gets the meaning of lifecycle stages, by id or by name. Setting <c>StageMap:{raw}</c>.</summary>
    public required StageMap<FunnelStage> Stages { get; init; }

    /// <summary>Gets how late a record may appear after its time. Default: 5 minutes; the API lags by about one.</summary>
    public required TimeSpan PollOverlap { get; init; }

    /// <summary>Gets the time from which the first poll reads; null reads everything.</summary>
    public DateTimeOffset? PollSince { get; init; }

    /// <summary>Gets the country (ISO 3166, two letters) of phone numbers without a country code; null
    /// compares their digits.</summary>
    public string? PhoneRegion { get; init; }

    /// <summary>Gets the profile properties that the hub writes. Setting <c>WriteProfile</c>; default none.</summary>
    public required ImmutableHashSet<PersonProperty> WriteProfile { get; init; }

    /// <summary>Reads the settings; faults go to the reader of <paramref name="settings"/>.</summary>
    internal static AccountEngagementOptions Read(ConnectorSettings settings)
    {
        var reader = settings.Reader;
        var unit = reader.Required(
            "BusinessUnitId", $"the business unit's id, {IdLength} characters that begin with {IdPrefix}", "0Uv000000000001CAA");
        if (unit.Length > 0 && (unit.Length != IdLength || !unit.StartsWith(IdPrefix, StringComparison.Ordinal)))
        {
            reader.Fault("BusinessUnitId", $"{IdLength} characters that begin with {IdPrefix}", "0Uv000000000001CAA");
        }

        reader.Required("LoginUrl", "the address of the Salesforce organisation", LoginExample);
        return new()
        {
            Name = settings.Name,
            BaseUrl = reader.ToolUrl("BaseUrl", "https://pi.pardot.com") ?? new("https://pi.pardot.com"),
            LoginUrl = reader.ToolUrl("LoginUrl", LoginExample) ?? new(LoginExample),
            ClientId = reader.Required("ClientId", "the consumer key of a connected app", "3MVG9…"),
            ClientSecret = settings.Secret("ClientSecret", "the consumer secret of the connected app", "1955279…"),
            BusinessUnitId = unit,
            Stages = settings.PersonStages(LifecycleStages),
            PollOverlap = reader.Duration("PollOverlap", TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(2), TimeSpan.FromDays(1)),
            PollSince = reader.Instant("PollSince"),
            PhoneRegion = ProfileFields.ReadPhoneRegion(reader),
            WriteProfile = ProfileFields.Read(reader, AccountEngagementWriting.Fields.Keys),
        };
    }
}

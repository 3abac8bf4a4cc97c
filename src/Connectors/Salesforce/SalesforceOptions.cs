using System.Collections.Immutable;
using System.Security.Cryptography;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>How the hub talks with one Salesforce organisation. Section <c>Connectors:{name}</c> with <c>Type</c> Salesforce.</summary>
public sealed class SalesforceOptions
{
    /// <summary>The hosts at which any organisation can sign in.</summary>
    internal const string LoginUrl = "https://login.salesforce.com", SandboxLoginUrl = "https://test.salesforce.com";

    private static readonly Dictionary<string, FunnelStage> LeadStatuses = new()
    {
        ["Open - Not Contacted"] = FunnelStage.Interest,
        ["Working - Contacted"] = FunnelStage.Interest,
        ["Closed - Converted"] = FunnelStage.Evaluation,
    };

    private static readonly Dictionary<string, DealStageMeaning> OpportunityStages = new()
    {
        ["Prospecting"] = DealStageMeaning.Open(FunnelStage.Evaluation),
        ["Qualification"] = DealStageMeaning.Open(FunnelStage.Evaluation),
        ["Needs Analysis"] = DealStageMeaning.Open(FunnelStage.Evaluation),
        ["Value Proposition"] = DealStageMeaning.Open(FunnelStage.Evaluation),
        ["Id. Decision Makers"] = DealStageMeaning.Open(FunnelStage.Evaluation),
        ["Perception Analysis"] = DealStageMeaning.Open(FunnelStage.Evaluation),
        ["Proposal/Price Quote"] = DealStageMeaning.Open(FunnelStage.Commitment),
        ["Negotiation/Review"] = DealStageMeaning.Open(FunnelStage.Commitment),
        ["Closed Won"] = DealStageMeaning.Won,
        ["Closed Lost"] = DealStageMeaning.Lost,
    };

    /// <summary>Gets the connector's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the login host: <c>https://login.salesforce.com</c> or the organisation's own My Domain host, which client credentials need.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Gets the app's consumer key. Required.</summary>
    public required string ClientId { get; init; }

    /// <summary>Gets the app's consumer secret, for the client-credentials flow. Either this or <see cref="PrivateKey"/>.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Gets the RSA key in PEM, for the JWT bearer flow; needs <see cref="Username"/>.</summary>
    public string? PrivateKey { get; init; }

    /// <summary>Gets the user the hub acts as, for the JWT bearer flow.</summary>
    public string? Username { get; init; }

    /// <summary>Gets whom the JWT is for. Default: the login host.</summary>
    public required string Audience { get; init; }

    /// <summary>Gets the REST API's version. Default: <c>v60.0</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Gets the organisation's id, 18 characters; null where it is not set, and then outbound messages are refused.</summary>
    public string? OrganizationId { get; init; }

    /// <summary>Gets the secret shared with the relay that sends change events to the channel <c>cdc</c>; null refuses them.</summary>
    public string? RelaySecret { get; init; }

    /// <summary>Gets the last segment of the path outbound messages are sent to; null refuses them.</summary>
    public string? OutboundSecret { get; init; }

    /// <summary>Gets the Lead field that holds the hub's lead id. Default: <c>IntegrationHub_Lead_Id__c</c>.</summary>
    public required string LeadExternalIdField { get; init; }

    /// <summary>Gets the Task field that holds the hub's handoff id. Default: <c>IntegrationHub_Handoff_Id__c</c>.</summary>
    public required string TaskExternalIdField { get; init; }

    /// <summary>Gets the user that leads and tasks are given to; null leaves it to Salesforce.</summary>
    public string? OwnerId { get; init; }

    /// <summary>Gets the users whom the hub's routes give leads: that one of them owns a lead does not yet show that they have begun. Settings <c>Owners:{name}:Id:{connector}</c>.</summary>
    public IReadOnlySet<string> RoutedOwners { get; init; } = new HashSet<string>();

    /// <summary>Gets the lead statuses in which nobody has begun. Default: <c>Open - Not Contacted</c>.</summary>
    public required IReadOnlyList<string> InitialStatuses { get; init; }

    /// <summary>Gets the lead statuses by which sales give a lead back. Default: <c>Closed - Not Converted</c>.</summary>
    public required IReadOnlyList<string> ReturnStatuses { get; init; }

    /// <summary>Gets a value indicating whether a lead that was given back gets the first of <see cref="InitialStatuses"/> when it is handed over again. Default: true.</summary>
    public required bool ReopenReturned { get; init; }

    /// <summary>Gets the properties of the profile that leads and contacts are kept in step with. Setting <c>WriteProfile</c>; default none.</summary>
    public required ImmutableHashSet<PersonProperty> WriteProfile { get; init; }

    /// <summary>Gets the Lead field with the reason of a return, without which there is none; null takes the status for the reason.</summary>
    public string? ReturnReasonField { get; init; }

    /// <summary>Gets the country of telephone numbers without a country code, ISO 3166 with two letters; null compares them by their digits.</summary>
    public string? PhoneRegion { get; init; }

    /// <summary>Gets what lead statuses mean. Setting <c>StageMap:{raw}</c>.</summary>
    public required StageMap<FunnelStage> Stages { get; init; }

    /// <summary>Gets what opportunity stages mean; won and lost are decided by IsClosed and IsWon where these are told. Setting <c>DealStageMap:{raw}</c>.</summary>
    public required StageMap<DealStageMeaning> DealStages { get; init; }

    /// <summary>Gets a value indicating whether the organisation has several currencies: only then does CurrencyIsoCode exist. Default: false.</summary>
    public required bool MultiCurrency { get; init; }

    /// <summary>Gets a value indicating whether tasks are polled too: the done ones show work, the open ones that have a date pause the stall clock. Default: true.</summary>
    public required bool PollTasks { get; init; }

    /// <summary>Gets a value indicating whether calendar events are polled too: they pause the stall clock. Default: true.</summary>
    public required bool PollEvents { get; init; }

    /// <summary>Gets how far a poll goes back before the last row it has seen, for rows that were committed late. Default: 5 minutes.</summary>
    public required TimeSpan PollOverlap { get; init; }

    /// <summary>Gets where the very first poll begins; null reads everything.</summary>
    public DateTimeOffset? PollSince { get; init; }

    /// <summary>Reads the settings; faults go to <paramref name="settings"/>.</summary>
    internal static SalesforceOptions Read(ConnectorSettings settings)
    {
        var baseUrl = settings.Url("BaseUrl", LoginUrl);
        var options = new SalesforceOptions
        {
            Name = settings.Name,
            BaseUrl = baseUrl,
            ClientId = settings.Required("ClientId", "the consumer key of the app the hub signs in with"),
            ClientSecret = settings.Text("ClientSecret"),
            PrivateKey = settings.Text("PrivateKey"),
            Username = settings.Text("Username"),
            Audience = settings.Text("Audience") ?? baseUrl.GetLeftPart(UriPartial.Authority),
            ApiVersion = settings.Text("ApiVersion") ?? "v60.0",
            OrganizationId = settings.Text("OrganizationId") is { } org ? SalesforceId.Normalise(org) : null,
            RelaySecret = settings.Text("RelaySecret"),
            OutboundSecret = settings.Text("OutboundSecret"),
            LeadExternalIdField = settings.Text("LeadExternalIdField") ?? "IntegrationHub_Lead_Id__c",
            TaskExternalIdField = settings.Text("TaskExternalIdField") ?? "IntegrationHub_Handoff_Id__c",
            OwnerId = settings.Text("OwnerId") is { } owner ? SalesforceId.Normalise(owner) : null,
            RoutedOwners = settings.Owners.Values.Select(SalesforceId.Normalise).ToHashSet(StringComparer.Ordinal),
            InitialStatuses = settings.List("InitialStatuses", "Open - Not Contacted"),
            ReturnStatuses = settings.List("ReturnStatuses", "Closed - Not Converted"),
            ReopenReturned = settings.Flag("ReopenReturned", true),
            WriteProfile = ProfileFields.Read(settings, SalesforceWriting.LeadFields.Keys),
            ReturnReasonField = settings.Text("ReturnReasonField"),
            PhoneRegion = ProfileFields.ReadPhoneRegion(settings),
            Stages = settings.Stages("StageMap", LeadStatuses),
            DealStages = settings.DealStages("DealStageMap", OpportunityStages),
            MultiCurrency = settings.Flag("MultiCurrency", false),
            PollTasks = settings.Flag("PollTasks", true),
            PollEvents = settings.Flag("PollEvents", true),
            PollOverlap = settings.Duration("PollOverlap", TimeSpan.FromMinutes(5)),
            PollSince = settings.Instant("PollSince"),
        };
        options.Validate(settings);
        return options;
    }

    private void Validate(ConnectorSettings settings)
    {
        if (ClientSecret is null && PrivateKey is null)
        {
            settings.Fault("ClientSecret", "is missing: the app's consumer secret, or PrivateKey and Username, would be right");
        }

        if (PrivateKey is not null && Username is null)
        {
            settings.Fault("Username", "is missing: PrivateKey needs the user name the hub signs in as");
        }

        if (PrivateKey is not null && !IsRsaKey(PrivateKey))
        {
            settings.Fault("PrivateKey", "is no RSA private key: PEM text that begins with -----BEGIN PRIVATE KEY----- would be right");
        }

        if (OrganizationId is null && OutboundSecret is not null)
        {
            settings.Fault("OrganizationId", "is missing: outbound messages are held against the organisation's id of 15 or 18 characters");
        }

        foreach (var (setting, id) in settings.Owners.Where(owner => !SalesforceId.IsId(owner.Value) || !owner.Value.StartsWith(SalesforceId.UserPrefix, StringComparison.Ordinal)))
        {
            settings.FaultOfOwner(setting, $"is '{id}', which is no Salesforce user: an id of 15 or 18 letters and digits that begins with {SalesforceId.UserPrefix} would be right");
        }

        foreach (var (key, value) in new[] { ("OrganizationId", OrganizationId), ("OwnerId", OwnerId) })
        {
            if (value is not null && !SalesforceId.IsId(value))
            {
                settings.Fault(key, "is no Salesforce id: 15 or 18 letters and digits would be right");
            }
        }

        foreach (var (key, field) in new[] { ("LeadExternalIdField", LeadExternalIdField), ("TaskExternalIdField", TaskExternalIdField), ("ReturnReasonField", ReturnReasonField) })
        {
            if (field is not null && !field.All(character => char.IsAsciiLetterOrDigit(character) || character == '_'))
            {
                settings.Fault(key, "is no field name: letters, digits and _ would be right");
            }
        }

        if (ApiVersion is not ['v', .. var number] || !number.All(character => char.IsAsciiDigit(character) || character == '.'))
        {
            settings.Fault("ApiVersion", "is no version: a value like v60.0 would be right");
        }
    }

    private static bool IsRsaKey(string pem)
    {
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return true;
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException)
        {
            return false;
        }
    }
}

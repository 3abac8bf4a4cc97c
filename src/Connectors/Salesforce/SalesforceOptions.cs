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

    /// <summary>Gets the types of deals that are business with existing customers: won, they are Repeat. Setting <c>DealTypeMap:{raw}</c>.</summary>
    public StageMap<FunnelStage> DealTypes { get; init; } = new([]);

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

    /// <summary>Reads the settings; faults go to the reader of <paramref name="settings"/>.</summary>
    internal static SalesforceOptions Read(ConnectorSettings settings)
    {
        var reader = settings.Reader;
        var baseUrl = reader.Url("BaseUrl", LoginUrl) ?? new(LoginUrl);
        var options = new SalesforceOptions
        {
            Name = settings.Name,
            BaseUrl = baseUrl,
            ClientId = reader.Required("ClientId", "the consumer key of the app the hub signs in with", "3MVG9…"),
            ClientSecret = reader.Text("ClientSecret"),
            PrivateKey = reader.Text("PrivateKey", IsRsaKey, "an RSA private key in PEM", "-----BEGIN PRIVATE KEY-----…"),
            Username = reader.Text("Username"),
            Audience = reader.Text("Audience") ?? baseUrl.GetLeftPart(UriPartial.Authority),
            ApiVersion = reader.Text("ApiVersion", IsVersion, "a version", "v60.0") ?? "v60.0",
            OrganizationId = Id("OrganizationId", "00D5g000001AbCdEAK"),
            RelaySecret = reader.Text("RelaySecret"),
            OutboundSecret = reader.Text("OutboundSecret"),
            LeadExternalIdField = Field("LeadExternalIdField") ?? "IntegrationHub_Lead_Id__c",
            TaskExternalIdField = Field("TaskExternalIdField") ?? "IntegrationHub_Handoff_Id__c",
            OwnerId = Id("OwnerId", "0055g000001AbCdEAK"),
            RoutedOwners = settings.Owners.Values.Select(SalesforceId.Normalise).ToHashSet(StringComparer.Ordinal),
            InitialStatuses = reader.List("InitialStatuses", "Open - Not Contacted"),
            ReturnStatuses = reader.List("ReturnStatuses", "Closed - Not Converted"),
            ReopenReturned = reader.Flag("ReopenReturned", true),
            WriteProfile = ProfileFields.Read(reader, SalesforceWriting.LeadFields.Keys),
            ReturnReasonField = Field("ReturnReasonField"),
            PhoneRegion = ProfileFields.ReadPhoneRegion(reader),
            Stages = settings.PersonStages(LeadStatuses),
            DealTypes = settings.DealTypes(),
            DealStages = settings.DealStages(OpportunityStages),
            MultiCurrency = reader.Flag("MultiCurrency", false),
            PollTasks = reader.Flag("PollTasks", true),
            PollEvents = reader.Flag("PollEvents", true),
            PollOverlap = reader.Duration("PollOverlap", TimeSpan.FromMinutes(5), TimeSpan.Zero, TimeSpan.FromDays(1)),
            PollSince = reader.Instant("PollSince"),
        };
        options.CheckTogether(settings);
        return options;

        string? Id(string key, string example) => reader.Parse(
            key,
            text => SalesforceId.Normalise(text) is var id && SalesforceId.IsId(id) ? id : null,
            "a Salesforce id of 15 or 18 letters and digits",
            example);

        string? Field(string key) => reader.Text(
            key,
            text => text.All(character => char.IsAsciiLetterOrDigit(character) || character == '_'),
            "a field's name of letters, digits and _",
            "IntegrationHub_Lead_Id__c");
    }

    /// <summary>What one setting asks of another. A setting that is there and wrong is a fault of its own.</summary>
    private void CheckTogether(ConnectorSettings settings)
    {
        var reader = settings.Reader;
        var signsItself = reader.Text("PrivateKey") is not null;
        if (ClientSecret is null && !signsItself)
        {
            reader.Fault("ClientSecret", "the app's consumer secret, unless PrivateKey and Username are set", "A1B2…");
        }

        if (signsItself && Username is null)
        {
            reader.Fault("Username", "the user that the hub signs in as with PrivateKey", "hub@example.com");
        }

        if (OutboundSecret is not null && reader.Text("OrganizationId") is null)
        {
            reader.Fault("OrganizationId", "the organisation's id that outbound messages carry", "00D5g000001AbCdEAK");
        }

        const string Prefix = SalesforceId.UserPrefix;
        foreach (var (setting, _) in settings.Owners.Where(owner => !SalesforceId.IsId(owner.Value) || !owner.Value.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            settings.OwnerFault(setting, $"a user's id of 15 or 18 letters and digits that begins with {Prefix}", $"{Prefix}5g000001AbCdEAK");
        }
    }

    private static bool IsVersion(string text) =>
        text is ['v', .. var number] && number.All(character => char.IsAsciiDigit(character) || character == '.');

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

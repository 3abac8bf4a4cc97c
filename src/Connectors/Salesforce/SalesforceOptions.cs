using System.Collections.Immutable;
using System.Security.Cryptography;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Settings of one Salesforce organisation. Section <c>Connectors:{name}</c> with
/// <c>Type</c> Salesforce.</summary>
public sealed class SalesforceOptions
{
    /// <summary>The shared login hosts.</summary>
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

    /// <summary>Gets the login host: <c>https://login.salesforce.com</c>, or the My Domain host, which
    /// client credentials need.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Gets the app's consumer key. Required.</summary>
    public required string ClientId { get; init; }

    /// <summary>Gets the app's consumer secret for client credentials, used instead of
    /// <see cref="PrivateKey"/>.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Gets the RSA key in PEM for the JWT bearer flow; needs <see cref="Username"/>.</summary>
    public string? PrivateKey { get; init; }

    /// <summary>Gets the hub's user, for the JWT bearer flow.</summary>
    public string? Username { get; init; }

    /// <summary>Gets the audience of the JWT. Default: the login host.</summary>
    public required string Audience { get; init; }

    /// <summary>Gets the version of the REST API. Default: <c>v60.0</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Gets the organisation's id, 18 characters. Outbound messages and sign-ins of another one are refused.
    /// Required.</summary>
    public required string OrganizationId { get; init; }

    /// <summary>Gets how the relay proves change events for the channel <c>cdc</c>.</summary>
    public required SalesforceRelayOptions Relay { get; init; }

    /// <summary>Gets the secret last path segment of outbound messages, and the next one; none refuses them.</summary>
    public required SigningSecrets OutboundSecret { get; init; }

    /// <summary>Gets the Lead field for the hub's lead id. Default: <c>IntegrationHub_Lead_Id__c</c>.</summary>
    public required string LeadExternalIdField { get; init; }

    /// <summary>Gets the Task field for the hub's handoff id. Default: <c>IntegrationHub_Handoff_Id__c</c>.</summary>
    public required string TaskExternalIdField { get; init; }

    /// <summary>Gets the owner of new leads and tasks; null leaves it to Salesforce.</summary>
    public string? OwnerId { get; init; }

    /// <summary>Gets the users that routes assign leads to. Owning a lead does not show that they work on it. Settings
    /// <c>Owners:{name}:Id:{connector}</c>.</summary>
    public IReadOnlySet<string> RoutedOwners { get; init; } = new HashSet<string>();

    /// <summary>Gets the lead statuses before any work. Default: <c>Open - Not Contacted</c>.</summary>
    public required IReadOnlyList<string> InitialStatuses { get; init; }

    /// <summary>Gets the lead statuses of a return. Default: <c>Closed - Not Converted</c>.</summary>
    public required IReadOnlyList<string> ReturnStatuses { get; init; }

    /// <summary>Gets a value indicating whether a returned lead gets the first of <see cref="InitialStatuses"/> with
    /// its next handoff. Default: true.</summary>
    public required bool ReopenReturned { get; init; }

    /// <summary>Gets the profile properties that the hub writes to leads and contacts. Setting
    /// <c>WriteProfile</c>; default none.</summary>
    public required ImmutableHashSet<PersonProperty> WriteProfile { get; init; }

    /// <summary>Gets the Lead field for the reason, which a return then needs; null uses
    /// the status as the reason.</summary>
    public string? ReturnReasonField { get; init; }

    /// <summary>Gets the Opportunity field with the reason of a lost one; null reads none.</summary>
    public string? LostReasonField { get; init; }

    /// <summary>Gets a value indicating whether campaign members are polled: who responded met the campaign. Default:
    /// true.</summary>
    public required bool PollCampaigns { get; init; }

    /// <summary>Gets the word before a question in a task or calendar event. Default: <c>#ask</c>.</summary>
    public required string QuestionTag { get; init; }

    /// <summary>Gets the country (ISO 3166, two letters) of phone numbers without a country code; null
    /// compares their digits.</summary>
    public string? PhoneRegion { get; init; }

    /// <summary>Gets the meaning of lead statuses. Setting <c>StageMap:{raw}</c>.</summary>
    public required StageMap<FunnelStage> Stages { get; init; }

    /// <summary>Gets the meaning of opportunity stages. IsClosed and IsWon win over it. Setting
    /// <c>DealStageMap:{raw}</c>.</summary>
    public required StageMap<DealStageMeaning> DealStages { get; init; }

    /// <summary>Gets the deal types of business with existing customers, which are Repeat when won. Setting
    /// <c>DealTypeMap:{raw}</c>.</summary>
    public StageMap<FunnelStage> DealTypes { get; init; } = new([]);

    /// <summary>Gets a value indicating whether the organisation has several currencies, and so the field
    /// CurrencyIsoCode. Default: false.</summary>
    public required bool MultiCurrency { get; init; }

    /// <summary>Gets a value indicating whether tasks are polled: done ones show work, open ones with a date pause the
    /// stall clock. Default: true.</summary>
    public required bool PollTasks { get; init; }

    /// <summary>Gets a value indicating whether calendar events are polled, which pause the
    /// stall clock. Default: true.</summary>
    public required bool PollEvents { get; init; }

    /// <summary>Gets how far a poll reads back before the last row, for late commits. Default: 5 minutes.</summary>
    public required TimeSpan PollOverlap { get; init; }

    /// <summary>Gets where the first poll starts; null reads everything.</summary>
    public DateTimeOffset? PollSince { get; init; }

    /// <summary>Reads the settings; faults go to the reader of <paramref name="settings"/>.</summary>
    internal static SalesforceOptions Read(ConnectorSettings settings)
    {
        var reader = settings.Reader;
        var baseUrl = reader.ToolUrl("BaseUrl", LoginUrl) ?? new(LoginUrl);
        var options = new SalesforceOptions
        {
            Name = settings.Name,
            BaseUrl = baseUrl,
            ClientId = reader.Required("ClientId", "the consumer key of the app the hub signs in with", "3MVG9…"),
            ClientSecret = SigningSecrets.ReadOne(reader, "ClientSecret"),
            PrivateKey = reader.Text("PrivateKey", IsRsaKey, "an RSA private key in PEM", "-----BEGIN PRIVATE KEY-----…"),
            Username = reader.Text("Username"),
            Audience = reader.Text("Audience") ?? baseUrl.GetLeftPart(UriPartial.Authority),
            ApiVersion = reader.Text("ApiVersion", IsVersion, "a version", "v60.0") ?? "v60.0",
            OrganizationId = ReadOrganization(reader),
            Relay = SalesforceRelayOptions.Read(reader),
            OutboundSecret = SigningSecrets.Read(reader, "OutboundSecret"),
            LeadExternalIdField = Field(reader, "LeadExternalIdField") ?? "IntegrationHub_Lead_Id__c",
            TaskExternalIdField = Field(reader, "TaskExternalIdField") ?? "IntegrationHub_Handoff_Id__c",
            OwnerId = Id(reader, "OwnerId", "0055g000001AbCdEAK"),
            RoutedOwners = settings.Owners.Values.Select(SalesforceId.Normalise).ToHashSet(StringComparer.Ordinal),
            InitialStatuses = reader.List("InitialStatuses", "Open - Not Contacted"),
            ReturnStatuses = reader.List("ReturnStatuses", "Closed - Not Converted"),
            ReopenReturned = reader.Flag("ReopenReturned", true),
            WriteProfile = ProfileFields.Read(reader, SalesforceWriting.LeadFields.Keys),
            ReturnReasonField = Field(reader, "ReturnReasonField"),
            LostReasonField = Field(reader, "LostReasonField"),
            QuestionTag = reader.Text(
                "QuestionTag", tag => tag.Length is > 1 and <= 20 && !tag.Any(char.IsWhiteSpace), "2 to 20 characters without a blank",
                QuestionText.DefaultTag) ?? QuestionText.DefaultTag,
            PhoneRegion = ProfileFields.ReadPhoneRegion(reader),
            Stages = settings.PersonStages(LeadStatuses),
            DealTypes = settings.DealTypes(),
            DealStages = settings.DealStages(OpportunityStages),
            MultiCurrency = reader.Flag("MultiCurrency", false),
            PollTasks = reader.Flag("PollTasks", true),
            PollEvents = reader.Flag("PollEvents", true),
            PollCampaigns = reader.Flag("PollCampaigns", true),
            PollOverlap = reader.Duration("PollOverlap", TimeSpan.FromMinutes(5), TimeSpan.Zero, TimeSpan.FromDays(1)),
            PollSince = reader.Instant("PollSince"),
        };
        options.CheckTogether(settings);
        return options;
    }

    /// <summary>Checks settings that depend on each other. A wrong setting is a fault of its own.</summary>
    private void CheckTogether(ConnectorSettings settings)
    {
        var reader = settings.Reader;
        var signsItself = reader.Text("PrivateKey") is not null;
        if (reader.Text("ClientSecret") is null && !signsItself)
        {
            reader.Fault("ClientSecret", "the app's consumer secret, unless PrivateKey and Username are set", "A1B2…");
        }

        if (signsItself && Username is null)
        {
            reader.Fault("Username", "the user that the hub signs in as with PrivateKey", "hub@example.com");
        }

        const string Prefix = SalesforceId.UserPrefix;
        foreach (var (setting, _) in settings.Owners.Where(
            owner => !SalesforceId.IsId(owner.Value) || !owner.Value.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            settings.OwnerFault(
                setting, $"a user's id of 15 or 18 letters and digits that begins with {Prefix}", $"{Prefix}5g000001AbCdEAK");
        }
    }

    private static string ReadOrganization(SettingsReader reader)
    {
        const string Key = "OrganizationId", Example = "00D5g000001AbCdEAK";
        reader.Required(Key, "the id of the organisation, of 15 or 18 letters and digits", Example);
        return Id(reader, Key, Example) ?? "";
    }

    private static string? Id(SettingsReader reader, string key, string example) => reader.Parse(
        key,
        text => SalesforceId.Normalise(text) is var id && SalesforceId.IsId(id) ? id : null,
        "a Salesforce id of 15 or 18 letters and digits",
        example);

    private static string? Field(SettingsReader reader, string key) => reader.Text(
        key,
        text => text.All(character => char.IsAsciiLetterOrDigit(character) || character == '_'),
        "a field's name of letters, digits and _",
        "IntegrationHub_Lead_Id__c");

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

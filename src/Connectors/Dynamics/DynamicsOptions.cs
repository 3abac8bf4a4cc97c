using System.Collections.Immutable;
using System.Globalization;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Dynamics;

/// <summary>Settings of one Dataverse environment. Section <c>Connectors:{name}</c> with <c>Type</c> Dynamics.</summary>
internal sealed class DynamicsOptions
{
    private const string UrlExample = "https://acme.api.crm4.dynamics.com", GuidExample = "c0000000-0003-4000-8000-00000000000c";

    private static readonly Uri DefaultLogin = new("https://login.microsoftonline.com");

    private static readonly Dictionary<string, FunnelStage> LeadStatuses = new()
    {
        ["lead.statuscode=1"] = FunnelStage.Interest,
        ["lead.statuscode=2"] = FunnelStage.Interest,
        ["lead.statuscode=3"] = FunnelStage.Evaluation,
    };

    private static readonly Dictionary<string, DealStageMeaning> SalesStages = new()
    {
        ["salesstage=0"] = DealStageMeaning.Open(FunnelStage.Evaluation),
        ["salesstage=1"] = DealStageMeaning.Open(FunnelStage.Evaluation),
        ["salesstage=2"] = DealStageMeaning.Open(FunnelStage.Commitment),
        ["salesstage=3"] = DealStageMeaning.Open(FunnelStage.Commitment),
        ["statuscode=3"] = DealStageMeaning.Won,
        ["statuscode=4"] = DealStageMeaning.Lost,
        ["statuscode=5"] = DealStageMeaning.Lost,
    };

    /// <summary>Gets the connector's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the address of the Web API. Required.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Gets the address where people open records. Default: <see cref="BaseUrl"/> without <c>.api</c>.</summary>
    public required Uri AppUrl { get; init; }

    /// <summary>Gets what a token is for: the environment, whose name does not have <c>.api</c>.</summary>
    public string Scope =>
        $"{BaseUrl.GetLeftPart(UriPartial.Authority).Replace(".api.", ".", StringComparison.OrdinalIgnoreCase)}/.default";

    /// <summary>Gets the version of the Web API. Default: <c>v9.2</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Gets the id of the organisation, whose events count. Required.</summary>
    public required string OrganizationId { get; init; }

    /// <summary>Gets the hub's application user. What it writes is its echo; null reads it like anybody's.</summary>
    public string? ApplicationUserId { get; init; }

    /// <summary>Gets the secrets of the service endpoint, the present and the next; at least one.</summary>
    public required SigningSecrets WebhookSecrets { get; init; }

    /// <summary>Gets the header with the secret. Default: <c>x-hub-key</c>.</summary>
    public required string WebhookHeader { get; init; }

    /// <summary>Gets the parameter of the address with the secret, for endpoints without the header. Default:
    /// <c>code</c>.</summary>
    public required string WebhookParameter { get; init; }

    /// <summary>Gets where the hub signs in by client credentials. Default: <c>https://login.microsoftonline.com</c>.</summary>
    public required Uri LoginUrl { get; init; }

    /// <summary>Gets the tenant, for client credentials; null with a managed identity.</summary>
    public string? TenantId { get; init; }

    /// <summary>Gets the application's client id: required for client credentials, and for a managed identity that the app has
    /// beside another one.</summary>
    public string? ClientId { get; init; }

    /// <summary>Gets the application's secret, for client credentials; null with a managed identity.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Gets a value indicating whether the hub signs in as the function app's managed identity. Default: false.</summary>
    public required bool ManagedIdentity { get; init; }

    /// <summary>Gets the column of leads with the hub's lead id, which has an alternate key. Default:
    /// <c>new_integrationhubleadid</c>.</summary>
    public required string LeadKey { get; init; }

    /// <summary>Gets the column of leads and contacts with the funnel's stage; null writes none.</summary>
    public string? StageField { get; init; }

    /// <summary>Gets the column of leads with the reason, which a return then needs; null uses the status.</summary>
    public string? ReturnReasonField { get; init; }

    /// <summary>Gets the user who gets the hub's leads where no route names another; null leaves it to Dynamics.</summary>
    public string? OwnerId { get; init; }

    /// <summary>Gets the users that routes assign leads to. Owning a lead does not show that they work on it.</summary>
    public required IReadOnlySet<string> RoutedOwners { get; init; }

    /// <summary>Gets the lead statuses (<c>statuscode</c>) before any work. Default: 1, New.</summary>
    public required IReadOnlyList<string> InitialStatuses { get; init; }

    /// <summary>Gets a value indicating whether a returned lead is opened when it is handed over again. Default: true.</summary>
    public required bool ReopenReturned { get; init; }

    /// <summary>Gets the meaning of <c>lead.statuscode=…</c>. Setting <c>StageMap:{raw}</c>.</summary>
    public required StageMap<FunnelStage> Stages { get; init; }

    /// <summary>Gets the meaning of <c>salesstage=…</c> and <c>statuscode=…</c>. The state of an opportunity wins over it. Setting
    /// <c>DealStageMap:{raw}</c>.</summary>
    public required StageMap<DealStageMeaning> DealStages { get; init; }

    /// <summary>Gets a value indicating whether tasks are polled. Default: true.</summary>
    public required bool PollTasks { get; init; }

    /// <summary>Gets the time between two polls. Default: 1 minute.</summary>
    public required TimeSpan PollEvery { get; init; }

    /// <summary>Gets the time from which the first poll takes rows; null takes all.</summary>
    public DateTimeOffset? PollSince { get; init; }

    /// <summary>Gets the country (ISO 3166, two letters) of phone numbers without a country code; null
    /// compares their digits.</summary>
    public string? PhoneRegion { get; init; }

    /// <summary>Gets the profile properties that the hub writes. Setting <c>WriteProfile</c>; default none.</summary>
    public required ImmutableHashSet<PersonProperty> WriteProfile { get; init; }

    /// <summary>Reads the settings; faults go to the reader of <paramref name="settings"/>.</summary>
    internal static DynamicsOptions Read(ConnectorSettings settings)
    {
        var reader = settings.Reader;
        reader.Required("BaseUrl", "the address of the Web API", UrlExample);
        reader.Required("OrganizationId", "the id of the organisation", GuidExample);
        var url = reader.ToolUrl("BaseUrl", UrlExample) ?? new(UrlExample);
        var options = new DynamicsOptions
        {
            Name = settings.Name,
            BaseUrl = url,
            AppUrl = reader.Url("AppUrl", "https://acme.crm4.dynamics.com")
                ?? new(url.OriginalString.Replace(".api.", ".", StringComparison.OrdinalIgnoreCase)),
            ApiVersion = reader.Text("ApiVersion", IsVersion, "v and a version", "v9.2") ?? "v9.2",
            OrganizationId = Guid(reader, "OrganizationId", "an organisation") ?? "",
            ApplicationUserId = Guid(reader, "ApplicationUserId", "the hub's application user"),
            WebhookSecrets = settings.Secrets("WebhookSecret", "the secret of the service endpoint", "a-long-random-text"),
            WebhookHeader = reader.Text("WebhookHeader", IsToken, "the name of a header", "x-hub-key") ?? "x-hub-key",
            WebhookParameter = reader.Text("WebhookParameter", IsToken, "the name of a parameter", "code") ?? "code",
            LoginUrl = reader.ToolUrl("LoginUrl", DefaultLogin.OriginalString) ?? DefaultLogin,
            TenantId = Guid(reader, "TenantId", "the tenant"),
            ClientId = Guid(reader, "ClientId", "the application"),
            ClientSecret = SigningSecrets.ReadOne(reader, "ClientSecret"),
            ManagedIdentity = reader.Flag("ManagedIdentity", false),
            LeadKey = Column(reader, "LeadKey") ?? "new_integrationhubleadid",
            StageField = Column(reader, "StageField"),
            ReturnReasonField = Column(reader, "ReturnReasonField"),
            OwnerId = Guid(reader, "OwnerId", "a user"),
            RoutedOwners = ReadOwners(settings),
            InitialStatuses = ReadStatuses(reader),
            ReopenReturned = reader.Flag("ReopenReturned", true),
            Stages = settings.PersonStages(LeadStatuses),
            DealStages = settings.DealStages(SalesStages),
            PollTasks = reader.Flag("PollTasks", true),
            PollEvery = reader.Duration("PollEvery", TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            PollSince = reader.Instant("PollSince"),
            PhoneRegion = ProfileFields.ReadPhoneRegion(reader),
            WriteProfile = ProfileFields.Read(reader, DynamicsWriting.LeadFields.Keys),
        };
        options.CheckSignIn(reader);
        return options;
    }

    /// <summary>Checks that there is one way to sign in, and all of it.</summary>
    private void CheckSignIn(SettingsReader reader)
    {
        if (ManagedIdentity)
        {
            if (reader.Text("ClientSecret") is not null)
            {
                reader.Fault("ManagedIdentity", "false beside ClientSecret, because the hub signs in one way", "false");
            }

            return;
        }

        reader.Required("ClientSecret", "the application's secret, unless ManagedIdentity is true", "A1B2…");
        reader.Required("TenantId", "the tenant of the application", GuidExample);
        reader.Required("ClientId", "the application", GuidExample);
    }

    private static IReadOnlyList<string> ReadStatuses(SettingsReader reader)
    {
        var statuses = reader.List("InitialStatuses", "1");
        if (!statuses.All(status => int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            reader.Fault("InitialStatuses", "numbers of lead statuses (statuscode) with commas", "1");
        }

        return statuses;
    }

    private static HashSet<string> ReadOwners(ConnectorSettings settings)
    {
        foreach (var (setting, _) in settings.Owners.Where(owner => DynamicsId.Read(owner.Value) is null))
        {
            settings.OwnerFault(setting, "the id of a user (systemuser)", GuidExample);
        }

        return [.. settings.Owners.Values.Select(DynamicsId.Read).OfType<string>()];
    }

    private static string? Guid(SettingsReader reader, string key, string of) =>
        reader.Parse(key, DynamicsId.Read, $"the id of {of}, a GUID", GuidExample);

    private static string? Column(SettingsReader reader, string key) => reader.Text(
        key, text => text.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '_'),
        "the name of a column, of lower-case letters, digits and _", "new_integrationhubleadid");

    private static bool IsVersion(string text) => text.StartsWith('v') && Version.TryParse(text[1..], out _);

    private static bool IsToken(string text) => text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');
}

using System.Collections.Immutable;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Pipedrive;

/// <summary>What a handoff becomes, beside the person and the activity.</summary>
internal enum PipedriveHandoffKind
{
    /// <summary>A lead in the inbox.</summary>
    Lead,

    /// <summary>A deal.</summary>
    Deal,

    /// <summary>Nothing more.</summary>
    Person,
}

/// <summary>Settings of one Pipedrive company. Section <c>Connectors:{name}</c> with <c>Type</c> Pipedrive.</summary>
internal sealed class PipedriveOptions
{
    private const string UrlExample = "https://acme.pipedrive.com", FieldExample = "9c2f0c2f7a6f4c1d8e5b3a2109f8e7d6c5b4a392";

    /// <summary>The length of a custom field's key.</summary>
    private const int KeyLength = 40;

    private static readonly TimeSpan DefaultEvery = TimeSpan.FromMinutes(5);

    private static readonly Dictionary<string, FunnelStage> PersonStages = new() { [PipedriveMapper.LeadStage] = FunnelStage.Interest };

    /// <summary>Gets the connector's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the address of the company, for the API and for people. Required.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Gets the number of the company, whose webhooks count. Required.</summary>
    public required string CompanyId { get; init; }

    /// <summary>Gets the API token of the hub's own user. Required.</summary>
    public required string ApiToken { get; init; }

    /// <summary>Gets the number of the hub's own user. What it writes by the API is its echo; null reads it like
    /// anybody's.</summary>
    public string? UserId { get; init; }

    /// <summary>Gets the user name of the webhooks. Required.</summary>
    public required string WebhookUser { get; init; }

    /// <summary>Gets the passwords of the webhooks, the present and the next; at least one.</summary>
    public required SigningSecrets WebhookPasswords { get; init; }

    /// <summary>Gets the meaning of a lead in the inbox. Setting <c>StageMap:lead</c>; default interest.</summary>
    public required StageMap<FunnelStage> Stages { get; init; }

    /// <summary>Gets the meaning of stages by id, which each company makes its own. The status of a deal wins over it. Setting
    /// <c>DealStageMap:{id}</c>.</summary>
    public required StageMap<DealStageMeaning> DealStages { get; init; }

    /// <summary>Gets what a handoff becomes. Default: a lead in the inbox.</summary>
    public required PipedriveHandoffKind HandoffAs { get; init; }

    /// <summary>Gets the stage of a new deal by the funnel's stage. Setting <c>WriteStage:{stage}</c>; without one the deal is
    /// in the first stage of the default pipeline.</summary>
    public required IReadOnlyDictionary<FunnelStage, string> WriteStages { get; init; }

    /// <summary>Gets the owner of records that no route gives to anybody; null leaves it to Pipedrive.</summary>
    public string? OwnerId { get; init; }

    /// <summary>Gets the type of the activity. Default: <c>task</c>.</summary>
    public required string ActivityType { get; init; }

    /// <summary>Gets the key of the person field with the funnel's stage; null writes none.</summary>
    public string? StageField { get; init; }

    /// <summary>Gets the key of the person field with the job title; null neither reads nor writes one.</summary>
    public string? JobTitleField { get; init; }

    /// <summary>Gets the key of the field of leads and deals with the reason of a return; null uses a fixed text.</summary>
    public string? ReturnReasonField { get; init; }

    /// <summary>Gets the time between two polls, which cost tokens of the day. Default: 5 minutes.</summary>
    public required TimeSpan PollEvery { get; init; }

    /// <summary>Gets how late a record may appear after its time. Default: 5 minutes.</summary>
    public required TimeSpan PollOverlap { get; init; }

    /// <summary>Gets the time from which the first poll reads; null reads everything.</summary>
    public DateTimeOffset? PollSince { get; init; }

    /// <summary>Gets the country (ISO 3166, two letters) of phone numbers without a country code; null
    /// compares their digits.</summary>
    public string? PhoneRegion { get; init; }

    /// <summary>Gets the profile properties that the hub writes. Setting <c>WriteProfile</c>; default none.</summary>
    public required ImmutableHashSet<PersonProperty> WriteProfile { get; init; }

    /// <summary>Reads the settings; faults go to the reader of <paramref name="settings"/>.</summary>
    internal static PipedriveOptions Read(ConnectorSettings settings)
    {
        var reader = settings.Reader;
        reader.Required("BaseUrl", "the address of the company", UrlExample);
        foreach (var (setting, _) in settings.Owners.Where(owner => !IsNumber(owner.Value)))
        {
            settings.OwnerFault(setting, "the number of a Pipedrive user", "7100001");
        }

        return new()
        {
            Name = settings.Name,
            BaseUrl = reader.ToolUrl("BaseUrl", UrlExample) ?? new(UrlExample),
            CompanyId = ReadCompany(reader),
            ApiToken = settings.Secret("ApiToken", "the API token of the hub's user", "0123456789abcdef"),
            UserId = Number(reader, "UserId", "a Pipedrive user"),
            WebhookUser = ReadUser(reader),
            WebhookPasswords = settings.Secrets("WebhookPassword", "the password of the webhooks", "a-long-random-text"),
            Stages = settings.PersonStages(PersonStages),
            DealStages = settings.DealStages(new Dictionary<string, DealStageMeaning>()),
            HandoffAs = reader.Named<PipedriveHandoffKind>("HandoffAs") ?? PipedriveHandoffKind.Lead,
            WriteStages = ReadWriteStages(reader),
            OwnerId = Number(reader, "OwnerId", "a Pipedrive user"),
            ActivityType = reader.Text("ActivityType") ?? "task",
            StageField = Field(reader, "StageField"),
            JobTitleField = Field(reader, "JobTitleField"),
            ReturnReasonField = Field(reader, "ReturnReasonField"),
            PollEvery = reader.Duration("PollEvery", DefaultEvery, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            PollOverlap = reader.Duration("PollOverlap", TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            PollSince = reader.Instant("PollSince"),
            PhoneRegion = ProfileFields.ReadPhoneRegion(reader),
            WriteProfile = ReadWriteProfile(reader),
        };
    }

    private static string ReadCompany(SettingsReader reader)
    {
        const string Key = "CompanyId", MustBe = "the number of the company, whose webhooks count", Example = "7000001";
        reader.Required(Key, MustBe, Example);
        return reader.Text(Key, IsNumber, MustBe, Example) ?? "";
    }

    /// <summary>Reads the user name, which ends at the first colon of what is sent.</summary>
    private static string ReadUser(SettingsReader reader)
    {
        const string Key = "WebhookUser", MustBe = "the user name of the webhooks, without a colon", Example = "hub-pipedrive";
        reader.Required(Key, MustBe, Example);
        return reader.Text(Key, user => !user.Contains(':', StringComparison.Ordinal), MustBe, Example) ?? "";
    }

    private static ImmutableHashSet<PersonProperty> ReadWriteProfile(SettingsReader reader)
    {
        var written = ProfileFields.Read(reader, PipedriveWriting.Fields.Keys);
        if (written.Contains(PersonProperty.JobTitle) && reader.Text("JobTitleField") is null)
        {
            reader.Fault("JobTitleField", "the key of the person field that WriteProfile writes the job title to", FieldExample);
        }

        return written;
    }

    private static Dictionary<FunnelStage, string> ReadWriteStages(SettingsReader reader)
    {
        reader.OnlyKnown("WriteStage", Enum.GetNames<FunnelStage>());
        return Enum.GetValues<FunnelStage>()
            .Select(stage => (Stage: stage, Id: Number(reader, $"WriteStage:{stage}", "a stage")))
            .Where(written => written.Id is not null)
            .ToDictionary(written => written.Stage, written => written.Id!);
    }

    private static string? Number(SettingsReader reader, string key, string of) =>
        reader.Text(key, IsNumber, $"the number of {of}", "7100001");

    private static string? Field(SettingsReader reader, string key) => reader.Text(
        key, text => text.Length == KeyLength && text.All(char.IsAsciiHexDigitLower),
        $"the key of a custom field, {KeyLength} hexadecimal digits", FieldExample);

    private static bool IsNumber(string text) => text.Length is > 0 and < 19 && text.All(char.IsAsciiDigit);
}

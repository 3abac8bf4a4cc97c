using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Marketo;

/// <summary>Where the hub writes a stage.</summary>
internal enum MarketoStagePlace
{
    /// <summary>The field <see cref="MarketoOptions.StageField"/> of the lead.</summary>
    Field,

    /// <summary>The lead's status in one programme.</summary>
    Program,

    /// <summary>A static list for each stage.</summary>
    List,
}

/// <summary>Settings of one Marketo instance. Section <c>Connectors:{name}</c> with <c>Type</c> Marketo.</summary>
internal sealed partial class MarketoOptions
{
    /// <summary>How far the first poll reaches back when no setting says it.</summary>
    public static readonly TimeSpan FirstReach = TimeSpan.FromDays(30);

    /// <summary>The field with the lead's score.</summary>
    public const string ScoreField = "leadScore";

    private const string MunchkinExample = "123-ABC-456";

    /// <summary>The usual stages of leads and of members of programmes.</summary>
    private static readonly Dictionary<string, FunnelStage> UsualStages = new()
    {
        ["Open - Not Contacted"] = FunnelStage.Interest,
        ["Working - Contacted"] = FunnelStage.Interest,
        ["Working"] = FunnelStage.Interest,
        ["Closed - Converted"] = FunnelStage.Evaluation,
        ["On List"] = FunnelStage.Awareness,
        ["Sent"] = FunnelStage.Awareness,
        ["Visited"] = FunnelStage.Interest,
        ["Engaged"] = FunnelStage.Interest,
        ["Registered"] = FunnelStage.Interest,
        ["Filled-out Form"] = FunnelStage.Interest,
        ["Attended"] = FunnelStage.Evaluation,
        ["Influenced"] = FunnelStage.Evaluation,
    };

    /// <summary>The types that are polled: visits, forms, links, bounces, opt-outs, opened and clicked mails, merges,
    /// interesting moments, and statuses in programmes. New leads and changed fields have a stream of their own.</summary>
    private static readonly string[] UsualTypes = ["1", "2", "3", "8", "9", "10", "11", "32", "46", "104"];

    /// <summary>Gets the connector's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the instance's Munchkin id, which is a part of its address and of dedupe keys. Required.</summary>
    public required string MunchkinId { get; init; }

    /// <summary>Gets the address of API and identity. Default: <c>https://{MunchkinId}.mktorest.com</c>.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Gets the address where people work; null makes no links.</summary>
    public Uri? AppUrl { get; init; }

    /// <summary>Gets the client id of a custom service. Required.</summary>
    public required string ClientId { get; init; }

    /// <summary>Gets the client secret of the custom service. Required.</summary>
    public required string ClientSecret { get; init; }

    /// <summary>Gets the secrets that the calls of flow steps show, the present and the next; at least one.</summary>
    public required SigningSecrets WebhookTokens { get; init; }

    /// <summary>Gets the field of a lead with its stage. Default: <c>leadStatus</c>.</summary>
    public required string StageField { get; init; }

    /// <summary>Gets the meaning of lead statuses, statuses in programmes and revenue stages. Setting
    /// <c>StageMap:{raw}</c>.</summary>
    public required StageMap<FunnelStage> Stages { get; init; }

    /// <summary>Gets the types of activities that are polled, ten for each call.</summary>
    public required IReadOnlyList<string> ActivityTypes { get; init; }

    /// <summary>Gets how far the hub reads again when Marketo no longer takes a paging token. Default: 5 minutes.</summary>
    public required TimeSpan PollOverlap { get; init; }

    /// <summary>Gets the time from which the first poll reads; null reads <see cref="FirstReach"/>.</summary>
    public DateTimeOffset? PollSince { get; init; }

    /// <summary>Gets the calls a day from which the hub no longer reads. Default: 20,000.</summary>
    public required int DailyCalls { get; init; }

    /// <summary>Gets where a stage is written. Default: the field.</summary>
    public required MarketoStagePlace WriteStageTo { get; init; }

    /// <summary>Gets the id of the programme whose statuses are written; empty unless <see cref="WriteStageTo"/> says
    /// so.</summary>
    public required string WriteStageProgram { get; init; }

    /// <summary>Gets what is written for each funnel stage: a value of the field, a status, or the id of a list. Setting
    /// <c>WriteStage:{stage}</c>. A stage without one is never written.</summary>
    public required IReadOnlyDictionary<FunnelStage, string> WriteStages { get; init; }

    /// <summary>Gets the type of the custom activity for notes; null writes none.</summary>
    public int? NoteActivityType { get; init; }

    /// <summary>Gets the API name of the activity's attribute for a note's text. Default: <c>text</c>.</summary>
    public required string NoteAttribute { get; init; }

    /// <summary>Gets the country (ISO 3166, two letters) of phone numbers without a country code; null
    /// compares their digits.</summary>
    public string? PhoneRegion { get; init; }

    /// <summary>Gets the profile properties that the hub writes. Setting <c>WriteProfile</c>; default none.</summary>
    public required ImmutableHashSet<PersonProperty> WriteProfile { get; init; }

    /// <summary>Gets the fields whose changes are polled.</summary>
    public string ChangedFields =>
        string.Join(',', new[] { StageField, "email", "unsubscribed", ScoreField }.Concat(MarketoWriting.Fields.Values.Order()));

    /// <summary>Gets the fields of a lead that the hub reads.</summary>
    public string LeadFields => $"id,{ChangedFields},createdAt,updatedAt";

    /// <summary>Reads the settings; faults go to the reader of <paramref name="settings"/>.</summary>
    internal static MarketoOptions Read(ConnectorSettings settings)
    {
        var reader = settings.Reader;
        reader.Required("MunchkinId", "the instance's Munchkin id", MunchkinExample);
        var munchkin = reader.Text("MunchkinId", text => Munchkin().IsMatch(text), "a Munchkin id", MunchkinExample) ?? MunchkinExample;
        var stages = settings.PersonStages(UsualStages);
        var place = reader.Named<MarketoStagePlace>("WriteStageTo") ?? MarketoStagePlace.Field;
        var program = reader.Text("WriteStageProgram", IsNumber, "the number of a programme", "1107");
        if (place == MarketoStagePlace.Program && program is null)
        {
            reader.Fault("WriteStageProgram", "the number of the programme whose statuses are written", "1107");
        }

        return new()
        {
            Name = settings.Name,
            MunchkinId = munchkin.ToUpperInvariant(),
            BaseUrl = reader.ToolUrl("BaseUrl", $"https://{MunchkinExample}.mktorest.com") ?? new($"https://{munchkin}.mktorest.com"),
            AppUrl = reader.ToolUrl("AppUrl", "https://app-ab12.marketo.com"),
            ClientId = reader.Required("ClientId", "the client id of a custom service", "4c2e7b1d-…"),
            ClientSecret = settings.Secret("ClientSecret", "the client secret of the custom service", "9aXk…"),
            WebhookTokens = settings.Secrets("WebhookToken", "the secret that the webhooks of flow steps show", "a-long-random-text"),
            StageField = reader.Text("StageField") ?? "leadStatus",
            Stages = stages,
            ActivityTypes = ReadTypes(reader),
            PollOverlap = reader.Duration("PollOverlap", TimeSpan.FromMinutes(5), TimeSpan.Zero, TimeSpan.FromDays(1)),
            PollSince = reader.Instant("PollSince"),
            DailyCalls = reader.Value("DailyCalls", 20_000, calls => calls >= 1_000, "a number of calls from 1000", "20000"),
            WriteStageTo = place,
            WriteStageProgram = program ?? "",
            WriteStages = ReadWriteStages(reader, place, stages),
            NoteActivityType = reader.Value<int>("NoteActivityType", type => type > 0, "the number of a custom activity", "100001"),
            NoteAttribute = reader.Text("NoteAttribute") ?? "text",
            PhoneRegion = ProfileFields.ReadPhoneRegion(reader),
            WriteProfile = ProfileFields.Read(reader, MarketoWriting.Fields.Keys),
        };
    }

    private static IReadOnlyList<string> ReadTypes(SettingsReader reader)
    {
        var types = reader.List("ActivityTypes", UsualTypes);
        if (types.All(IsNumber))
        {
            return [.. types.Distinct()];
        }

        reader.Fault("ActivityTypes", "numbers of activity types", string.Join(',', UsualTypes));
        return UsualTypes;
    }

    private static Dictionary<FunnelStage, string> ReadWriteStages(
        SettingsReader reader, MarketoStagePlace place, StageMap<FunnelStage> map)
    {
        reader.OnlyKnown("WriteStage", Enum.GetNames<FunnelStage>());
        var written = new Dictionary<FunnelStage, string>();
        foreach (var stage in Enum.GetValues<FunnelStage>())
        {
            var key = $"WriteStage:{stage}";
            var value = place == MarketoStagePlace.List
                ? reader.Text(key, IsNumber, "the number of a static list", "2001")
                : reader.Text(
                    key, raw => map.TryGet(raw, out var meaning) && meaning == stage, $"a stage that StageMap maps to {stage}", $"{stage}");
            if (value is not null)
            {
                written[stage] = value;
            }
        }

        return written;
    }

    private static bool IsNumber(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0;

    [GeneratedRegex("^[0-9]{3}-[A-Za-z]{3}-[0-9]{3}$", RegexOptions.CultureInvariant)]
    private static partial Regex Munchkin();
}

using System.Collections.Immutable;
using System.Globalization;
using IntegrationHub.Funnel;

namespace IntegrationHub.Tests.Support;

/// <summary>What the tests start from: one lead, two tools, a funnel with the usual owners.</summary>
public static class Given
{
    public const string HubSpot = "hubspot";
    public const string Salesforce = "salesforce";

    /// <summary>The setting <c>Hub:Peppers</c> of the tests.</summary>
    public const string Peppers = "k1:YSBwZXBwZXIgb2YgdGVzdHMsIGFuZCBubyBzZWNyZXQ=";

    /// <summary>The setting <c>Archive:Keys</c> of the tests.</summary>
    public const string ArchiveKeys = "k1:YW4gZXhhbXBsZSBrZXkgdGhhdCBpcyBubyBzZWNyZXQ=";

    /// <summary>What hashes the keys of persons under <see cref="Peppers"/>.</summary>
    public static readonly PersonKeys Keys = new(new Pepper("k1", Convert.FromBase64String(Peppers[3..])));

    public static readonly LeadId Lead = LeadId.Parse("8f89e7a5ca49d803594fddb3");

    /// <summary>A Monday morning.</summary>
    public static readonly DateTimeOffset Start = At("2026-03-02T09:00:00Z");

    public static readonly FunnelSettings Settings = new()
    {
        Calendar = BusinessCalendar.Always,
        SystemOfRecord = Salesforce,
        Alerts = new() { HeadsUpAt = null, EscalateAt = null },
        Stages = ImmutableDictionary.CreateRange(
        [
            Stage(FunnelStage.Awareness, Team.Marketing),
            Stage(FunnelStage.Interest, Team.Marketing),
            Stage(FunnelStage.Evaluation, Team.Sales),
            Stage(FunnelStage.Commitment, Team.Sales),
            Stage(FunnelStage.Referral, Team.Marketing),
            Stage(FunnelStage.Repeat, Team.Sales),
        ]),
    };

    public static FunnelSettings With(this FunnelSettings settings, FunnelStage stage, TimeSpan? stallAfter = null, TimeSpan? acceptWithin = null) =>
        settings with { Stages = settings.Stages.SetItem(stage, settings.Stages[stage] with { StallAfter = stallAfter, AcceptWithin = acceptWithin }) };

    public static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>A fact of a kind that only a newer build knows.</summary>
    public static UnknownFact Unknown(string kind, int minute) =>
        Fact(new UnknownFact { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default, Kind = kind, Json = $$"""{"kind":"{{kind}}"}""" }, HubSpot, ToolSide.Marketing, minute);

    public static StageClaimed MarketingClaims(FunnelStage? stage, int minute, string? raw = null) =>
        Fact(new StageClaimed { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default, Stage = stage, Raw = raw }, HubSpot, ToolSide.Marketing, minute);

    public static StageClaimed CrmClaims(FunnelStage? stage, int minute, string? raw = null) =>
        Fact(new StageClaimed { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default, Stage = stage, Raw = raw }, Salesforce, ToolSide.Crm, minute);

    public static CampaignTouched Touch(TouchKind kind, int minute, string? campaign = null, string? detail = null) =>
        Fact(
            new CampaignTouched { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default, Touch = kind, Campaign = campaign, Detail = detail },
            HubSpot,
            ToolSide.Marketing,
            minute);

    public static DealChanged Deal(string id, DealStatus? status, int minute, FunnelStage? stage = null, string? raw = null, decimal? amount = null, string? currency = null) =>
        Fact(
            new DealChanged
            {
                DedupeKey = "",
                Connector = "",
                Side = default,
                OccurredAt = default,
                ReceivedAt = default,
                DealId = id,
                Status = status,
                Stage = stage,
                Raw = raw,
                Amount = amount,
                Currency = currency,
            },
            Salesforce,
            ToolSide.Crm,
            minute,
            id);

    public static TouchWithdrawn WithdrawnTouch(string touchId, int minute, string connector = HubSpot) =>
        Fact(
            new TouchWithdrawn { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default, TouchId = touchId },
            connector,
            ToolSide.Marketing,
            minute,
            touchId);

    public static QuestionAsked Asked(string text, int minute) =>
        Fact(new QuestionAsked { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default, Text = text }, Salesforce, ToolSide.Crm, minute);

    public static HandoffReturned Returned(string reason, int minute) =>
        Fact(new HandoffReturned { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default, Reason = reason }, Salesforce, ToolSide.Crm, minute);

    public static ReturnHeld HeldReturn(int minute) =>
        Fact(new ReturnHeld { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default, Raw = "Closed - Not Converted" }, Salesforce, ToolSide.Crm, minute);

    public static HandoffAccepted Accepted(int minute, string? by = null) =>
        Fact(new HandoffAccepted { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default, By = by }, Salesforce, ToolSide.Crm, minute);

    public static ActivityLogged Logged(int minute, ToolSide side = ToolSide.Crm) =>
        Fact(new ActivityLogged { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default }, side == ToolSide.Crm ? Salesforce : HubSpot, side, minute);

    public static ActivityBooked Booked(string id, int minute, int? dueMinute) =>
        Fact(
            new ActivityBooked
            {
                DedupeKey = "",
                Connector = "",
                Side = default,
                OccurredAt = default,
                ReceivedAt = default,
                ActivityId = id,
                DueAt = dueMinute is { } due ? Start.AddMinutes(due) : null,
            },
            Salesforce,
            ToolSide.Crm,
            minute,
            id);

    public static ProfileChanged Profile(LeadProfile profile, int minute, string connector = HubSpot) =>
        Fact(
            new ProfileChanged { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default, Profile = profile },
            connector,
            connector == Salesforce ? ToolSide.Crm : ToolSide.Marketing,
            minute);

    public static ConsentChanged Consent(ConsentState state, int minute) =>
        Fact(new ConsentChanged { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default, Email = state }, HubSpot, ToolSide.Marketing, minute);

    public static IdentitiesUnlinked Unlinked(int minute, params IdentityKey[] keys) =>
        Fact(
            new IdentitiesUnlinked { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default, Keys = [.. keys] },
            HubSpot,
            ToolSide.Marketing,
            minute);

    public static IdentitiesLinked Linked(int minute, params IdentityKey[] keys) =>
        Fact(
            new IdentitiesLinked { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default, Keys = [.. keys] },
            HubSpot,
            ToolSide.Marketing,
            minute,
            string.Join(',', keys.Select(key => key.Canonical)));

    public static LeadsMerged Merged(LeadId merged, int minute) =>
        Fact(new LeadsMerged { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default, Merged = merged }, HubSpot, ToolSide.Marketing, minute);

    public static RecordDeleted Deleted(IdentityKey record, int minute) =>
        Fact(new RecordDeleted { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default, Record = record }, HubSpot, ToolSide.Marketing, minute);

    public static RecordRestored Restored(IdentityKey record, int minute) =>
        Fact(new RecordRestored { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default, Record = record }, HubSpot, ToolSide.Marketing, minute);

    public static PersonErased Erased(int minute) =>
        Fact(new PersonErased { DedupeKey = "", Connector = "", Side = default, OccurredAt = default, ReceivedAt = default }, HubSpot, ToolSide.Marketing, minute);

    public static Journey Folded(params Fact[] facts) => JourneyFold.Fold(Lead, facts, Settings);

    private static KeyValuePair<FunnelStage, StageSettings> Stage(FunnelStage stage, string owner) => new(stage, new() { Name = stage.ToString(), Owner = owner });

    private static T Fact<T>(T fact, string connector, ToolSide side, int minute, string subject = "")
        where T : Fact => fact with
        {
            Connector = connector,
            Side = side,
            OccurredAt = Start.AddMinutes(minute),
            ReceivedAt = Start.AddMinutes(minute).AddSeconds(2),
            DedupeKey = string.Create(CultureInfo.InvariantCulture, $"{connector}|{typeof(T).Name}|{subject}|{minute}"),
        };
}

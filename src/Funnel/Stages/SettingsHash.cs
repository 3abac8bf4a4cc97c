using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>The fingerprint of the funnel's settings: the SHA-256 of a form that is independent
/// of the settings' order.</summary>
public static class SettingsHash
{
    /// <summary>Returns the hash in lower-case hexadecimal, equal for settings that decide alike.</summary>
    public static string Of(FunnelSettings settings) =>
        FingerprintJson.Hash(FormOf(settings), FingerprintJson.Default.SettingsForm);

    private static SettingsForm FormOf(FunnelSettings settings) => new(
        settings.SystemOfRecord,
        settings.RecycleTo,
        settings.Calendar.Canonical,
        Sorted(settings.TeamCalendars, team => team, calendar => calendar.Canonical),
        settings.Stages.ToImmutableSortedDictionary(stage => stage.Key, stage => FormOf(stage.Value)),
        FormOf(settings.Alerts),
        settings.Content.Select(item => Row(item.Title, item.Url.AbsoluteUri, item.Style, string.Join(',', item.Stages), item.Segment)),
        settings.Campaigns.Select(campaign => Row(campaign.Name, campaign.Channel)),
        Sorted(settings.Routing.Teams, team => team, Rows),
        Rows(settings.WriteBack),
        settings.LiveSince?.ToUniversalTime());

    private static SettingsForm.Stage FormOf(StageSettings its) => new(
        its.Name,
        its.Owner,
        its.StallAfter,
        its.AcceptWithin,
        Sorted(
            its.Segments, segment => segment.ToUpperInvariant(),
            limits => (IEnumerable<TimeSpan?>)[limits.StallAfter, limits.AcceptWithin]));

    private static SettingsForm.AlertTimes FormOf(AlertPolicy its) => new(
        its.HeadsUpAt?.ToString("R", CultureInfo.InvariantCulture),
        its.EscalateAt?.ToString("R", CultureInfo.InvariantCulture),
        its.RepeatAfter,
        its.AcknowledgedFor,
        its.Snoozes);

    private static IEnumerable<IEnumerable<string?>> Rows(TeamRoutes its) =>
        [Row(its.Connector, its.RerouteAfter, its.MaxReroutes), Row(its.Fallback), .. its.Routes.SelectMany(Rows)];

    /// <summary>Returns the rows of a write-back policy. Without stage tools it has one row.</summary>
    private static IEnumerable<IEnumerable<string?>> Rows(WriteBackPolicy its) =>
    [
        Row([its.MaxOverwrites, its.OverwriteWindow, its.EchoWithin, .. its.InStep.Order().Select(property => (object)property)]),
        .. its.StageTools.IsEmpty ? [] : new[] { Row(its.StageTools.Order(StringComparer.Ordinal)) },
    ];

    private static IEnumerable<IEnumerable<string?>> Rows(HandoffRoute its) =>
    [
        Row(its.Name, its.Segment, its.Region, its.Company, its.MinScore, its.MaxScore, its.Stage, its.Connector, its.Owner is null),
        .. its.Owner is { } only ? [Row(only)] : its.RoundRobin.Select(Row),
    ];

    /// <summary>Returns an owner's row. A capacity stands alone, after the pairs of ids.</summary>
    private static IEnumerable<string?> Row(HandoffOwner its) => Row(
    [
        its.Name, its.AtWork.Canonical, its.Email,
        .. its.Ids.OrderBy(id => id.Key, StringComparer.Ordinal).SelectMany(id => new[] { id.Key, id.Value }),
        .. its.Capacity is { } capacity ? new object[] { capacity } : [],
    ]);

    private static IEnumerable<string?> Row(params IEnumerable<object?> values) =>
        values.Select(value => value is null ? null : Convert.ToString(value, CultureInfo.InvariantCulture));

    private static ImmutableSortedDictionary<string, TForm> Sorted<T, TForm>(
        IReadOnlyDictionary<string, T> all, Func<string, string> name, Func<T, TForm> form) =>
        all.ToImmutableSortedDictionary(entry => name(entry.Key), entry => form(entry.Value), StringComparer.Ordinal);
}

/// <summary>The hashed part of the settings. Names and order are part of every fingerprint.</summary>
internal sealed record SettingsForm(
    string? SystemOfRecord, FunnelStage RecycleTo, string Calendar, ImmutableSortedDictionary<string, string> TeamCalendars,
    ImmutableSortedDictionary<FunnelStage, SettingsForm.Stage> Stages, SettingsForm.AlertTimes Alerts,
    IEnumerable<IEnumerable<string?>> Content, IEnumerable<IEnumerable<string?>> Campaigns,
    ImmutableSortedDictionary<string, IEnumerable<IEnumerable<string?>>> Routing, IEnumerable<IEnumerable<string?>> WriteBack,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? LiveSince)
{
    internal sealed record Stage(
        string Name, string Owner, TimeSpan? StallAfter, TimeSpan? AcceptWithin,
        ImmutableSortedDictionary<string, IEnumerable<TimeSpan?>> Segments);

    internal sealed record AlertTimes(string? HeadsUpAt, string? EscalateAt, TimeSpan? RepeatAfter, TimeSpan AcknowledgedFor, int Snoozes);
}

using System.Text.Json;
using IntegrationHub.Funnel;

namespace IntegrationHub.Cli.Replays;

/// <summary>Puts the hub's answers about replays in words for people.</summary>
internal static class ReplayText
{
    private const int LongestText = 100;

    /// <summary>Rejects an answer that lacks a property: it is not a hub's.</summary>
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Whether a replay is still being built or switched.</summary>
    /// <param name="progress">How far it is, in one line.</param>
    /// <exception cref="JsonException">The answer is not one of a hub.</exception>
    public static bool IsBusy(JsonElement answer, out string id, out string progress)
    {
        var replay = Read<Replay>(answer);
        (id, progress) = (replay.Id, $"Replay {Line(replay.Id)}: {Line(replay.State)}, {replay.Deliveries} deliveries.");
        return replay.State is "rebuilding" or "comparing" or "switching";
    }

    /// <summary>Describes a replay and what to do next.</summary>
    /// <exception cref="JsonException">The answer is not one of a hub.</exception>
    public static string Show(JsonElement answer)
    {
        var replay = Read<Replay>(answer);
        var leads = replay.Leads;
        return string.Join(Environment.NewLine,
        [
            $"Replay {Line(replay.Id)}: {Line(replay.State)}. {replay.Deliveries} deliveries, {replay.Failed} of them unreadable"
                + $" today; {replay.Erased} erasures repeated.",
            $"Leads: {leads.Same} the same, {leads.Different} different, {leads.Missing} missing, {leads.Extra} extra;"
                + $" {replay.Switched} switched.",
            .. Next(replay),
        ]);
    }

    /// <summary>Lists compared leads.</summary>
    /// <exception cref="JsonException">The answer is not one of a hub.</exception>
    public static string Leads(JsonElement answer)
    {
        var page = Read<LeadPage>(answer);
        return string.Join(Environment.NewLine,
        [
            .. page.Leads.Count == 0 ? ["No leads."] : page.Leads.Select(lead => $"{Line(lead.LeadId)}  {Line(lead.Verdict)}"),
            .. page.Next is null ? Array.Empty<string>() : [$"There may be more: --after {Line(page.Next)}"],
        ]);
    }

    private static string[] Next(Replay replay) => replay.State == "compared"
        ?
        [
            $"To see whom a switch would change: replay leads {Line(replay.Id)} --verdict different",
            $"To switch: replay switch {Line(replay.Id)}. To let it be: replay end {Line(replay.Id)}",
        ]
        : [];

    private static T Read<T>(JsonElement answer) => answer.Deserialize<T>(Strict) ?? throw new JsonException("The answer is null.");

    /// <summary>Returns one safe line: what a server says must not control the terminal.</summary>
    private static string Line(string text) => OneLine.Of(text, LongestText) ?? "-";

    private sealed record Replay(string Id, string State, int Deliveries, int Failed, int Erased, LeadCounts Leads, int Switched);

    private sealed record LeadCounts(int Same, int Different, int Missing, int Extra);

    private sealed record LeadPage(IReadOnlyList<Lead> Leads, string? Next);

    private sealed record Lead(string LeadId, string Verdict);
}

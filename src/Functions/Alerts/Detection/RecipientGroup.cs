using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Detection;

/// <summary>Who a mail goes to: a team, or a team's managers.</summary>
/// <param name="Team">The team's name in lower case.</param>
/// <param name="Managers">Whether its managers are meant, not the team itself.</param>
public sealed record RecipientGroup(string Team, bool Managers = false)
{
    private const string ManagersSuffix = ":managers";

    /// <summary>Gets the audience as people read it.</summary>
    public string Name => Managers ? $"the managers of {Team}" : Team;

    /// <summary>
    /// Whom an alert concerns, ordered by name: a heads-up the owner, a limit that is reached both teams, an escalation the managers of both, and the teams too where the level before it was
    /// passed over.
    /// </summary>
    public static IReadOnlyList<RecipientGroup> Of(Alert alert, string owner, JourneyLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(alert);
        ArgumentNullException.ThrowIfNull(ledger);
        string[] teams = alert.Level == StallRules.HeadsUp ? [owner] : [owner, Funnel.Team.Marketing, Funnel.Team.Sales];
        var escalated = alert.Level >= StallRules.Escalation;
        return
        [
            .. teams.Distinct().Order(StringComparer.Ordinal)
                .SelectMany(team => !escalated ? [new RecipientGroup(team)] : PassedOver(alert, ledger) ? new[] { new RecipientGroup(team), new RecipientGroup(team, Managers: true) } : [new RecipientGroup(team, Managers: true)]),
        ];
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static RecipientGroup Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.EndsWith(ManagersSuffix, StringComparison.Ordinal) ? new(text[..^ManagersSuffix.Length], Managers: true) : new(text);
    }

    /// <summary>The addresses; empty where the settings name none.</summary>
    public IReadOnlyList<string> RecipientsIn(TeamsSettings teams)
    {
        ArgumentNullException.ThrowIfNull(teams);
        return Managers ? teams[Team].Managers : teams[Team].Recipients;
    }

    /// <summary>Whether the teams were not told of the limit, or of its coming back, because the escalation came due with it.</summary>
    private static bool PassedOver(Alert escalation, JourneyLedger ledger) => ledger.Alerts.Any(alert =>
        alert is { Level: StallRules.AtLimit, Fate: AlertOutcome.Suppressed, Outcomes.IsEmpty: true }
        && (alert.Kind, alert.Stage, alert.EnteredAt) == (escalation.Kind, escalation.Stage, escalation.EnteredAt));

    /// <summary>The one text form: <c>sales</c>, <c>sales:managers</c>.</summary>
    public override string ToString() => Managers ? Team + ManagersSuffix : Team;
}

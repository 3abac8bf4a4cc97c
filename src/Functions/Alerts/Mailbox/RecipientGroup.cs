using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Mailbox;

/// <summary>The recipients of a mail: a team, or a team's managers.</summary>
/// <param name="Team">The team's name in lower case.</param>
/// <param name="Managers">Whether it is the team's managers.</param>
internal sealed record RecipientGroup(string Team, bool Managers = false)
{
    private const string ManagersSuffix = ":managers";

    /// <summary>Gets the display name.</summary>
    public string Name => Managers ? $"the managers of {Team}" : Team;

    /// <summary>Returns the groups of an alert by name: the owner for a heads-up, both teams at the limit, both teams'
    /// managers for an escalation. The teams get the escalation too when it replaced the limit's alert.</summary>
    public static IReadOnlyList<RecipientGroup> Of(Alert alert, string owner, JourneyLedger ledger)
    {
        string[] teams = alert.Level == StallRules.HeadsUp ? [owner] : [owner, Funnel.Team.Marketing, Funnel.Team.Sales];
        var escalated = alert.Level >= StallRules.Escalation;
        return
        [
            .. teams.Distinct().Order(StringComparer.Ordinal)
                .SelectMany(team =>
                    !escalated ? [new RecipientGroup(team)]
                        : PassedOver(alert, ledger) ? new[] { new RecipientGroup(team), new RecipientGroup(team, Managers: true) }
                        : [new RecipientGroup(team, Managers: true)]),
        ];
    }

    /// <summary>Parses the result of <see cref="ToString"/>.</summary>
    public static RecipientGroup Parse(string text) =>
        text.EndsWith(ManagersSuffix, StringComparison.Ordinal) ? new(text[..^ManagersSuffix.Length], Managers: true) : new(text);

    /// <summary>Returns the configured addresses; empty for none.</summary>
    public IReadOnlyList<string> RecipientsIn(TeamsSettings teams) =>
        Managers ? teams[Team].Managers : teams[Team].Recipients;

    /// <summary>Whether the limit's alert was suppressed because the escalation was due at the same time.</summary>
    private static bool PassedOver(Alert escalation, JourneyLedger ledger) => ledger.Alerts.Any(alert =>
        alert is { Level: StallRules.AtLimit, Fate: AlertOutcome.Suppressed, Outcomes.IsEmpty: true }
        && (alert.Kind, alert.Stage, alert.EnteredAt) == (escalation.Kind, escalation.Stage, escalation.EnteredAt));

    /// <summary>Returns the text form: <c>sales</c>, <c>sales:managers</c>.</summary>
    public override string ToString() => Managers ? Team + ManagersSuffix : Team;
}

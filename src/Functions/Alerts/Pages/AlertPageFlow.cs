using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Alerts.Digest;
using IntegrationHub.Functions.Alerts.Links;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.Http;

namespace IntegrationHub.Functions.Alerts.Pages;

/// <summary>A page with its HTTP status.</summary>
internal sealed record AlertPage(int Status, AlertPageView View);

/// <summary>Serves the links in mails. Showing changes nothing, because mail scanners open every
/// link; posting acts once.</summary>
internal sealed class AlertPageFlow(
    JourneyFlow journeys, LinkProtector links, ConnectorSet connectors, FunnelSettings settings, TimeProvider clock)
{
    /// <summary>The longest reason in UTF-16 units.</summary>
    public const int LongestReason = 200;

    private static readonly AlertPage Forged = Say(
        StatusCodes.Status404NotFound, "There is no such page", "Perhaps the link was cut off on its way. Open it from the mail again.");
    private static readonly AlertPage Expired = Say(
        StatusCodes.Status410Gone, "This link has expired", "A newer mail about the lead has a fresh one.");
    private static readonly AlertPage Over = Say(StatusCodes.Status200OK, "The lead has moved on", "There is nothing left to do here.");

    /// <summary>Returns the page of a link.</summary>
    public async Task<AlertPage> ShowAsync(string token, CancellationToken cancellationToken)
    {
        if (links.Read(token) is not { } link)
        {
            return Forged;
        }

        if (IsOver(link))
        {
            return Expired;
        }

        var state = await journeys.LoadAsync(link.LeadId, cancellationToken);
        return state is null ? Over : Show(link, state);
    }

    /// <summary>Does what a link is for, once.</summary>
    /// <param name="until">The choice of a snooze link; null for none.</param>
    /// <param name="reason">The person's reason; null for none.</param>
    public async Task<AlertPage> ActAsync(string token, string? until, string? reason, CancellationToken cancellationToken)
    {
        if (links.Read(token) is not { } link)
        {
            return Forged;
        }

        if (IsOver(link))
        {
            return Expired;
        }

        SnoozeChoice? choice = link.Purpose == LinkPurpose.Snooze
            && Enum.TryParse<SnoozeChoice>(until, out var chosen)
            && Enum.IsDefined(chosen)
            ? chosen : null;
        if (link.Purpose == LinkPurpose.Details || (link.Purpose == LinkPurpose.Snooze && choice is null))
        {
            return await ShowAsync(token, cancellationToken);
        }

        var asked = new SilenceLink(LinkProtector.IdOf(link), link.AlertId, link.RecipientGroup.Team, link.ExpiresAt);
        SilenceAnswer? answer = null;
        await journeys.UpdateAsync(
            link.LeadId, state => Keep(answer = Ask(state, asked, choice, SilenceReason.Of(reason, LongestReason))), cancellationToken);
        return answer switch
        {
            SilenceAnswer.Granted granted => Say(StatusCodes.Status200OK, "Done", Sentence(granted.Silence, link)),
            SilenceAnswer.Repeated repeated => Say(StatusCodes.Status200OK, "Already done", Sentence(repeated.Silence, link)),
            SilenceAnswer.Refused { Why: SilenceRefusal.Expired } => Expired,
            SilenceAnswer.Refused { Why: SilenceRefusal.TooOften } =>
                Say(
                    StatusCodes.Status200OK, "Not again",
                    $"This was put off {settings.Alerts.Snoozes} times. Say that you are on it, or close the lead."),
            SilenceAnswer.Refused { Why: SilenceRefusal.NothingBooked } =>
                Say(StatusCodes.Status200OK, "No activity lies ahead", "Go back and choose a day."),
            _ => Over,
        };
    }

    /// <summary>Whether a link is expired: it shows nothing of the lead then, and costs no table request.</summary>
    private bool IsOver(AlertLink link) => clock.GetUtcNow() >= link.ExpiresAt;

    private SilenceAnswer Ask(JourneyState state, SilenceLink link, SnoozeChoice? choice, string? reason) => choice is { } until
        ? SilenceRules.Snooze(state, link, until, reason, clock.GetUtcNow(), settings)
        : SilenceRules.Acknowledge(state, link, clock.GetUtcNow(), settings);

    private static JourneyChange? Keep(SilenceAnswer answer) => answer is SilenceAnswer.Granted granted ? new(granted.State, []) : null;

    private AlertPage Show(AlertLink link, JourneyState state)
    {
        var id = LinkProtector.IdOf(link);
        if (state.Ledger.Silences.FirstOrDefault(silence => silence.Id == id) is { } done)
        {
            return Say(StatusCodes.Status200OK, "Already done", Sentence(done, link));
        }

        if (state.Facts.IsEmpty || state.Ledger.Alerts.FirstOrDefault(alert => alert.Id == link.AlertId) is not { } alert)
        {
            return Over;
        }

        var journey = JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);
        return !StallRules.Holds(alert, journey, state.Ledger) ? Over
            : link.Purpose == LinkPurpose.Details ? Explain(link, state, alert, journey)
            : Offer(link, state.Ledger, alert, journey);
    }

    /// <summary>Shows what is known of the stall, without the person, their words and their deals.</summary>
    private AlertPage Explain(AlertLink link, JourneyState state, Alert alert, Journey journey)
    {
        var story = StallStory.Of(alert, journey, state.Ledger, [.. state.Facts.Values]);
        var calendar = settings.CalendarOf(journey.Owner);
        return new(StatusCodes.Status200OK, new()
        {
            Title = TitleOf(journey),
            Lines =
            [
                .. LinesOf(link, state.Ledger, alert, journey),
                $"The limit is {WorkingTime.Say(StallMailRules.LimitOf(alert, journey, settings), calendar)}"
                + $"{(alert.Kind == AlertKind.HandoffNotAccepted ? " to take it up" : "")}.",
                .. story.LastTouch is { } touch ? [$"Last touch: {ClockOf(link).Spell(touch.At)}."] : Array.Empty<string>(),
                $"Next: {StallMailRules.NextOf(alert, story, journey, link.RecipientGroup)}.",
            ],
            Offers = link.Purpose,
            Record = LeadRecord.UrlOf(state.Ledger, journey, connectors),
            Acknowledge = links.Write(link with { Purpose = LinkPurpose.Acknowledge }),
            Snooze = links.Write(link with { Purpose = LinkPurpose.Snooze }),
        });
    }

    private AlertPage Offer(AlertLink link, JourneyLedger ledger, Alert alert, Journey journey) => new(StatusCodes.Status200OK, new()
    {
        Title = TitleOf(journey),
        Lines =
        [
            .. LinesOf(link, ledger, alert, journey),
            link.Purpose == LinkPurpose.Acknowledge
                ? "Say that your team is on it: no further mail about it is sent for a while, and the other team sees who it was."
                : "Put it off: no mail about it is sent until then, and the other team sees why.",
        ],
        Offers = link.Purpose,
        Choices = link.Purpose == LinkPurpose.Snooze
            ?
            [
                .. SilenceRules.Choices(journey, link.RecipientGroup.Team, clock.GetUtcNow(), settings)
                    .Select(option => new SnoozeLine(option.Choice, Words(option, ClockOf(link)))),
            ]
            : [],
    });

    private static string TitleOf(Journey journey) => OneLine.Of(journey.Profile.Company, 60) ?? "A lead";

    private IEnumerable<string> LinesOf(AlertLink link, JourneyLedger ledger, Alert alert, Journey journey)
    {
        var stage = StallMailRules.StageName(alert.Stage, settings);
        yield return $"On {stage} since {ClockOf(link).Spell(alert.EnteredAt)}, with {journey.Owner}.";
        if (StallMailRules.SilenceBefore(alert, ledger) is { } before)
        {
            yield return $"Before: {StallMailRules.Describe(before, ClockOf(link))}.";
        }
    }

    private static string Words(SnoozeOption option, ReadersClock clock) => option.Choice switch
    {
        SnoozeChoice.UntilActivity => $"after the booked activity, {clock.Spell(option.Until)}",
        _ => $"on {clock.Spell(option.Until)}",
    };

    private string Sentence(Silence silence, AlertLink link)
    {
        var words = StallMailRules.Describe(silence, ClockOf(link));
        return $"{char.ToUpperInvariant(words[0])}{words[1..]}.";
    }

    private ReadersClock ClockOf(AlertLink link) => StallMailRules.ClockOf(link.RecipientGroup, clock.GetUtcNow(), settings);

    private static AlertPage Say(int status, string title, string line) => new(status, new() { Title = title, Lines = [line] });
}

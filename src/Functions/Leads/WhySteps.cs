using System.Globalization;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Leads;

/// <summary>Turns an explanation into steps. Pure. <see cref="StagePolicy"/> names the rules; the ledger holds
/// the hub's own actions.</summary>
internal static class WhySteps
{
    /// <summary>Returns the steps by the hub's clock. Steps of one instant follow the order of cause, then
    /// the order of the fold.</summary>
    public static IReadOnlyList<WhyStep> Of(
        JourneyExplanation explanation, JourneyLedger ledger, FunnelSettings settings, PersonKeys keys)
    {
        var journey = explanation.Journey;
        var facts = explanation.Judgements.ToDictionary(judged => judged.Fact.DedupeKey, judged => judged.Fact, StringComparer.Ordinal);
        IEnumerable<WhyStep> steps =
        [
            .. explanation.Judgements.Select(judged => Received(judged.Fact)),
            .. explanation.Judgements.Select(judged => Matched(judged.Fact, journey.LeadId, keys)).OfType<WhyStep>(),
            .. journey.Entries.Select(entry => Staged(entry, facts.GetValueOrDefault(entry.FactKey))),
            .. journey.Entries.Where(entry => settings.IsBeforeLive(entry.EnteredAt)).TakeLast(1)
                .Select(entry => NotAnnounced(entry, settings.OwnerOf(entry.Stage), facts.GetValueOrDefault(entry.FactKey))),
            .. ledger.Handoffs.Select(handoff => Routed(handoff, SourceOf(handoff.Stage, handoff.EnteredAt))),
            .. ledger.Handoffs.SelectMany(handoff =>
                handoff.Assignments.Select(given => Assigned(handoff, given, SourceOf(handoff.Stage, handoff.EnteredAt)))),
            .. ledger.Handoffs.Where(handoff => handoff.Delivery != HandoffDelivery.Pending)
                .Select(handoff => Written(handoff, SourceOf(handoff.Stage, handoff.EnteredAt))),
            .. ledger.Writes.Select(Written),
            .. ledger.Handoffs.SelectMany(handoff =>
                handoff.Notes.Select(note => Noted(handoff, note, SourceOf(handoff.Stage, handoff.EnteredAt)))),
            .. ledger.Alerts.Select(alert => Alerted(alert, settings, SourceOf(alert.Stage, alert.EnteredAt))),
            .. ledger.Silences.Select(silence => Silenced(silence, SourceOf(silence.Stage, silence.EnteredAt))),
        ];
        return [.. steps.OrderBy(step => step.At).ThenBy(step => step.Step)];

        WhySource? SourceOf(FunnelStage stage, DateTimeOffset enteredAt) =>
            journey.Entries.FirstOrDefault(entry => (entry.Stage, entry.EnteredAt) == (stage, enteredAt)) is { } stay
                && facts.GetValueOrDefault(stay.FactKey) is { } fact ? WhySource.Of(fact) : null;
    }

    /// <summary>Describes a fact that did not change the journey.</summary>
    public static WhyNotMoved NotMoved(FactJudgement judged)
    {
        var (fact, stage) = (judged.Fact, (judged.Fact as StageClaimed)?.Stage);
        var (rule, reason) = judged.Effect switch
        {
            FactEffect.Unmapped =>
                ("unmapped-stage", $"no map knows the stage: it is held until Connectors:{fact.Connector}:StageMap names it"),
            FactEffect.Withdrawn => ("touch-withdrawn", $"{fact.Connector} took it back: it does not count"),
            FactEffect.Gone => ("record-gone", $"{fact.About} had been deleted before: it does not count"),
            FactEffect.WithoutReason =>
                ("return-without-reason",
                 $"sales gave the lead back in {fact.Connector} and did not say why: it stays theirs until they do"),
            FactEffect.Restated => ("restated", "the tool had said the same before: no news"),
            FactEffect.Echo => ("own-write", "the hub itself had written it there: no news"),
            FactEffect.Momentary => (judged.Rule!, $"{judged.Reason}, but another word of the same instant took its place"),
            FactEffect.Overruled => (judged.Rule!, judged.Reason!),
            FactEffect.Late =>
                ("summed-up", "it came after the lead's steps of that time were summed up: they stay as they are"),
            _ => throw new InvalidOperationException($"A fact with the effect {judged.Effect} counts, so it has no reason why not."),
        };
        return new(judged.Effect, fact.ReceivedAt, fact.OccurredAt, rule, reason, stage, WhySource.Of(fact));
    }

    /// <summary>Describes the arrival of a fact, or of many that are summed up.</summary>
    private static WhyStep Received(Fact fact) =>
        fact is FactsSummed sum ? new(
            WhyStepKind.Received, sum.ReceivedAt, "summed-up",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{sum.Count} earlier steps from {Time(sum.FirstAt)} to {Time(sum.OccurredAt)} are summed up: what they led to stays"),
            null)
        { OccurredAt = sum.OccurredAt }
        : new(
            WhyStepKind.Received, fact.ReceivedAt, FactView.KindOf(fact),
            fact.MessageId is null ? "noted by the hub itself" : $"{fact.Connector} said so", WhySource.Of(fact))
        { OccurredAt = fact.OccurredAt };

    /// <summary>Describes how a fact was matched with the lead. A printed key shows no address.</summary>
    private static WhyStep? Matched(Fact fact, LeadId leadId, PersonKeys keys) => fact switch
    {
        IdentitiesLinked { Keys.IsDefaultOrEmpty: false } linked => Matched(
            fact,
            linked.MessageId is null && linked.Raw == MergeCause.Review ? MergeCause.Review
                : linked.Keys.Any(key => keys.IsFirstKey(key, leadId)) ? "first-key"
                : linked.Keys.Any(key => key.Kind != IdentityKind.Email) ? "stable-id"
                : "email",
            $"known as {string.Join(", ", linked.Keys.Select(keys.Show))}"),
        LeadsMerged merged =>
            Matched(fact, merged.Raw ?? "leads-merged", $"lead {merged.Merged} is the same person; what is said of it is said of {leadId}"),
        RecordRestored restored => Matched(fact, "record-restored", $"{restored.Record} is there again"),
        RecordDeleted deleted => Matched(fact, "record-deleted", $"{deleted.Record} is gone; the lead stays as the other tools know it"),
        PersonErased => Matched(fact, "person-erased", "the person asked to be forgotten"),
        _ => null,
    };

    private static WhyStep Matched(Fact fact, string rule, string reason) =>
        new(WhyStepKind.Matched, fact.ReceivedAt, rule, reason, WhySource.Of(fact)) { OccurredAt = fact.OccurredAt };

    /// <param name="fact">The fact behind it; null when it is summed up.</param>
    private static WhyStep Staged(StageEntry entry, Fact? fact) =>
        new(WhyStepKind.Staged, fact?.ReceivedAt ?? entry.EnteredAt, entry.Rule, entry.Reason, fact is null ? null : WhySource.Of(fact))
        { OccurredAt = entry.EnteredAt, Stage = entry.Stage };

    /// <summary>Describes the lead's position when the hub began.</summary>
    private static WhyStep NotAnnounced(StageEntry entry, string team, Fact? fact) =>
        new(
            WhyStepKind.Routed, fact?.ReceivedAt ?? entry.EnteredAt, "before-live",
            $"{entry.Stage} was with {team} before the hub began: noted, not announced", fact is null ? null : WhySource.Of(fact))
        { OccurredAt = entry.EnteredAt, Stage = entry.Stage, Team = team };

    private static WhyStep Routed(Handoff handoff, WhySource? source) =>
        new(
            WhyStepKind.Routed, handoff.AnnouncedAt, "owner-changed",
            $"{handoff.Stage} is with {handoff.To}: {handoff.Reason}", source)
        {
            Stage = handoff.Stage,
            Team = handoff.To,
            Id = handoff.Id,
        };

    private static WhyStep Assigned(Handoff handoff, Assignment given, WhySource? source)
    {
        var kept = given.KeptBy is null ? "" : $"; the record stays with {given.KeptBy}, who has taken it in {given.Connector}";
        return new(WhyStepKind.Routed, given.At, given.Rule, $"{given.Why}{kept}", source)
        { Stage = handoff.Stage, Team = handoff.To, Id = handoff.Id, Target = given.Connector };
    }

    private static WhyStep Noted(Handoff handoff, HandoffNote note, WhySource? source)
    {
        var (rule, reason) = note.Kind switch
        {
            HandoffNoteKind.Brief => ("brief-noted", $"{note.Connector} has the brief as a note"),
            HandoffNoteKind.ReturnReason => ("return-reason-noted", $"{note.Connector} has {handoff.To}'s reason for the return"),
            _ => throw new InvalidOperationException($"Unknown note {note.Kind}."),
        };
        return new(WhyStepKind.Written, note.At, rule, reason, source)
        { Stage = handoff.Stage, Team = handoff.To, Id = handoff.Id, Target = note.Connector };
    }

    private static WhyStep Written(Handoff handoff, WhySource? source)
    {
        var (rule, reason) = handoff.Delivery switch
        {
            HandoffDelivery.Delivered =>
                ("delivered", $"{handoff.Connector} has the lead{(handoff.Owner is { } owner ? $", in the name of {owner}" : "")}"),
            HandoffDelivery.Superseded => ("superseded", "the lead had moved on before it was delivered"),
            HandoffDelivery.TakenUp => ("taken-up", $"{handoff.NotDeliveredReason}: no task was made"),
            HandoffDelivery.Failed => ("failed", "it could not be delivered; the dead letter says why"),
            _ => throw new InvalidOperationException($"A handoff that is {handoff.Delivery} is not written."),
        };
        return new(WhyStepKind.Written, handoff.SettledAt ?? handoff.AnnouncedAt, rule, reason, source)
        { Stage = handoff.Stage, Team = handoff.To, Id = handoff.Id, Target = handoff.Connector };
    }

    /// <summary>Describes a write without its value.</summary>
    private static WhyStep Written(OwnWrite write)
    {
        var (rule, reason) = write.Outcome switch
        {
            WriteOutcome.Written => (write.RedirectedFrom is null ? "written" : "redirected", "had another value there"),
            WriteOutcome.Equal => ("equal", "had this value already: not written"),
            WriteOutcome.Kept => ("kept", "no map knows what is there: left alone"),
            WriteOutcome.Stopped => ("breaker-open", "was replaced there or elsewhere again and again: not written"),
            WriteOutcome.Refused => ("refused", "the tool did not take it; the dead letter says why"),
            _ => throw new InvalidOperationException($"Unknown outcome {write.Outcome}."),
        };
        var redirected = write.RedirectedFrom is { } meant ? $" (instead of {meant}, which has become this one)" : "";
        return new(
            WhyStepKind.Written, write.At, rule, $"{CamelCase(write.Property.ToString())} of {write.Record}{redirected} {reason}", null)
        { Id = write.Cause, Target = write.Connector };
    }

    private static WhyStep Alerted(Alert alert, FunnelSettings settings, WhySource? source)
    {
        var share = alert.Level switch
        {
            StallRules.HeadsUp => "heads-up due",
            StallRules.AtLimit => "limit reached",
            _ => "managers' share of the limit reached",
        };
        var round = alert.ReminderNumber == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", round {alert.ReminderNumber}");
        var reason = alert.FateReason is { } why ? $", {why}" : "";
        var over = alert.ResolvedAt is { } resolved ? $"; over since {Time(resolved)}" : "";
        var limit = string.Create(
            CultureInfo.InvariantCulture,
            $"{share} at {Time(alert.DueAt)}, level {alert.Level}{round}: {CamelCase(alert.Fate.ToString())}{reason}{over}");
        return new(WhyStepKind.Alerted, alert.At, CamelCase(alert.Kind.ToString()), limit, source)
        { Stage = alert.Stage, Team = settings.OwnerOf(alert.Stage), Id = alert.Id };
    }

    /// <summary>Describes a silence without its reason, which may hold personal data.</summary>
    private static WhyStep Silenced(Silence silence, WhySource? source) =>
        new(
            WhyStepKind.Alerted, silence.At, CamelCase(silence.Kind.ToString()),
            $"{silence.Team} asked for silence until {Time(silence.Until)}", source)
        { Stage = silence.Stage, Team = silence.Team };

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}

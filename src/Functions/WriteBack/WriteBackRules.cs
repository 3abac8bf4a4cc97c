using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.WriteBack;

/// <summary>The wish for one tool.</summary>
/// <param name="Records">The person's records there.</param>
/// <param name="Stopped">The properties that open breakers stop.</param>
internal sealed record WriteOrder(
    IPersonTarget Target, ImmutableArray<IdentityKey> Records, PersonWish Wish, ImmutableArray<PersonProperty> Stopped);

/// <summary>Decides what to write to which tools, and records it. Pure.</summary>
internal static class WriteBackRules
{
    /// <summary>Returns an order for each tool that needs an update. A tool never gets its own value. An opt-out goes
    /// to every tool before anything else. Nothing is written about an erased person.</summary>
    public static IReadOnlyList<WriteOrder> Decide(
        JourneyState state, Journey journey, FunnelEvent happened, IEnumerable<IPersonTarget> targets, WriteBackPolicy policy,
        DateTimeOffset now)
    {
        if (journey.Erased)
        {
            return [];
        }

        return [..
            from target in targets
            let records = RecordsIn(journey, target)
            where !records.IsEmpty
            let asked = Asked(state, journey, happened, target)
            let stopped = asked.Where(property => EchoRules.OpenBreaker(state.Ledger, property, policy, now) is not null).ToImmutableArray()
            let wish = Wish(state, journey, happened, target, asked.Except(stopped))
            where !wish.IsEmpty || !stopped.IsEmpty
            select new WriteOrder(target, records, wish, stopped)];
    }

    /// <summary>Returns what a tool needs before a handoff; empty for nothing.</summary>
    public static PersonWish BeforeHandoff(Journey journey) =>
        new() { OptedOut = journey.EmailConsent == ConsentState.OptedOut ? true : null, Reopened = true };

    /// <summary>Returns the person's records in a tool; Salesforce's contact before its lead.</summary>
    public static ImmutableArray<IdentityKey> RecordsIn(Journey journey, IPersonTarget target) =>
        [.. journey.Records.Where(key => key.Connector == target.Name)];

    /// <summary>Returns the records of a plan's writes, including values that need no write.</summary>
    public static IEnumerable<OwnWrite> NotesOf(WritePlan plan, IdentityKey asked, string cause, DateTimeOffset now) =>
        plan.All.Select(write => new OwnWrite
        {
            Connector = plan.Record.Connector,
            Record = plan.Record.Id,
            RedirectedFrom = asked == plan.Record ? null : asked.Id,
            Property = write.Property,
            Value = EchoRules.Fingerprint(plan.Record, write.Property, write.Said),
            Before = write.Before is null ? null : EchoRules.Fingerprint(plan.Record, write.Property, write.Before),
            Outcome = write.Outcome,
            At = now,
            Cause = cause,
        });

    /// <summary>Returns the records of writes that a breaker stopped.</summary>
    public static IEnumerable<OwnWrite> StoppedNotes(Journey journey, WriteOrder order, string cause, DateTimeOffset now) =>
        order.Stopped.Select(property => new OwnWrite
        {
            Connector = order.Target.Name,
            Record = order.Records[0].Id,
            Property = property,
            Value = EchoRules.Fingerprint(order.Records[0], property, ComparableOf(journey, property)),
            Outcome = WriteOutcome.Stopped,
            At = now,
            Cause = cause,
        });

    /// <summary>
    /// Whether writes may still be made: the person is not erased, has not opted out again, and the stage to be written is
    /// the lead's. A later stage has an event of its own, or is the tool's own word.
    /// </summary>
    public static bool StillHold(JourneyState state, IEnumerable<OwnWrite> notes, FunnelStage? stage, FunnelSettings settings)
    {
        if (state.Facts.IsEmpty || state.Ledger.ErasedAt is not null || state.Facts.Values.Any(fact => fact is PersonErased))
        {
            return false;
        }

        var takesBack = notes.Any(note =>
            note is { Property: PersonProperty.Consent, Outcome: WriteOutcome.Written }
                && EchoRules.IsOf(note, ConsentState.OptedIn.ToString()));
        if (!takesBack && stage is null)
        {
            return true;
        }

        var journey = JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);
        return !(takesBack && journey.EmailConsent == ConsentState.OptedOut) && (stage is null || stage == journey.Stage);
    }

    /// <summary>Returns the state with recorded writes; null when it has them. A repeated outcome without a
    /// write is recorded once.</summary>
    public static JourneyChange? Noted(JourneyState state, IEnumerable<OwnWrite> notes)
    {
        var news = notes.Where(note => note.Outcome == WriteOutcome.Written || !IsRecordedAlready(state.Ledger, note)).ToList();
        return news.Count == 0 ? null : new(state with { Ledger = EchoRules.Note(state.Ledger, news) }, []);
    }

    /// <summary>Returns the state with a plan's writes as refused.</summary>
    public static JourneyChange Refused(JourneyState state, WritePlan plan, string cause) =>
        new(
            state with
            {
                Ledger = state.Ledger with
                {
                    Writes = [.. state.Ledger.Writes.Select(write =>
                        write.Outcome == WriteOutcome.Written
                            && write.Cause == cause
                            && write.Connector == plan.Record.Connector
                            && write.Record == plan.Record.Id
                            && write.Echo is null
                            ? write with { Outcome = WriteOutcome.Refused }
                            : write)],
                },
            },
            []);

    /// <summary>Returns the tool that shows a handoff to marketing: a written one, else the one behind
    /// the stage; null for none.</summary>
    public static string? ShownIn(Journey journey, IEnumerable<WriteOrder> orders, IEnumerable<IPersonTarget> targets) =>
        orders.FirstOrDefault(order => order.Wish.Stage is not null)?.Target.Name
            ?? targets.FirstOrDefault(target => !journey.Erased && target.Name == journey.Entries[^1].Connector)?.Name;

    /// <summary>Returns the event's properties that the tool shows and did not report itself.</summary>
    private static ImmutableHashSet<PersonProperty> Asked(
        JourneyState state, Journey journey, FunnelEvent happened, IPersonTarget target) =>
        happened switch
        {
            StageChanged or HandoffAnnounced or LeadReturned =>
                OwnWordRules.IsShownBy(state.Ledger, journey, FactBehind(state, journey.Entries[^1]), target.Name)
                    ? []
                    : target.Writes.Intersect([PersonProperty.Stage]),
            ProfileAnnounced => target.Writes.Intersect(LeadProfile.Properties.Where(property =>
                ValueOf(journey, property).Length > 0
                && (journey.ProfileSources.GetValueOrDefault(property) != target.Name
                    || OwnWordRules.IsOverwritten(state.Ledger, target.Name, property, ComparableOf(journey, property))))),
            _ => [],
        };

    private static PersonWish Wish(
        JourneyState state, Journey journey, FunnelEvent happened, IPersonTarget target, ImmutableHashSet<PersonProperty> asked) =>
        new()
        {
            Stage = asked.Contains(PersonProperty.Stage) ? journey.Stage : null,
            Profile = asked.Remove(PersonProperty.Stage)
                .ToImmutableDictionary(property => property, property => ValueOf(journey, property)),
            OptedOut = journey.EmailConsent switch
            {
                ConsentState.OptedOut when happened is ConsentAnnounced || !asked.IsEmpty => true,
                ConsentState.OptedIn when happened is ConsentAnnounced && IsOwnOptOut(state, target) => false,
                _ => null,
            },
        };

    /// <summary>Whether the tool's opt-out can only be the hub's. The hub never
    /// withdraws a tool's own opt-out.</summary>
    private static bool IsOwnOptOut(JourneyState state, IPersonTarget target)
    {
        var last = state.Ledger.Writes.LastOrDefault(write =>
            write is { Property: PersonProperty.Consent, Outcome: WriteOutcome.Written } && write.Connector == target.Name);
        return last is not null && EchoRules.IsOf(last, ConsentState.OptedOut.ToString())
            && !state.Facts.Values.SelectMany(ConsentRules.OwnOptOuts).Any(said => said.Connector == target.Name && said.At < last.At);
    }

    private static Fact? FactBehind(JourneyState state, StageEntry entry) =>
        SummingRules.Individually(state.Facts.Values).FirstOrDefault(fact => fact.DedupeKey == entry.FactKey);

    private static bool IsRecordedAlready(JourneyLedger ledger, OwnWrite note) =>
        ledger.Writes.LastOrDefault(write =>
            write.Connector == note.Connector && write.Record == note.Record && write.Property == note.Property) is { } last
        && last.Value == note.Value
        && (last.Outcome == note.Outcome || (last.Outcome, note.Outcome) == (WriteOutcome.Written, WriteOutcome.Equal));

    private static string ValueOf(Journey journey, PersonProperty property) =>
        property == PersonProperty.Stage ? journey.Stage.ToString() : journey.Profile.Of(property)?.Trim() ?? "";

    private static string ComparableOf(Journey journey, PersonProperty property) =>
        property == PersonProperty.Stage ? ValueOf(journey, property) : journey.Profile.ComparableOf(property)?.Trim() ?? "";
}

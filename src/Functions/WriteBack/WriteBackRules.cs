using System.Collections.Immutable;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.WriteBack;

/// <summary>What is wished for in one tool.</summary>
/// <param name="Target">The tool.</param>
/// <param name="Records">The person's records there.</param>
/// <param name="Wish">How they should look.</param>
/// <param name="Stopped">What would be wished for too, if its breaker were not open.</param>
public sealed record WriteOrder(IPersonTarget Target, ImmutableArray<IdentityKey> Records, PersonWish Wish, ImmutableArray<PersonProperty> Stopped);

/// <summary>What is to be written to which tools, and what the hub notes of it. Pure.</summary>
public static class WriteBackRules
{
    /// <summary>
    /// One order for each tool that knows the person and is to be told something. A tool is never told what is its own word. Whoever has opted out has so in every tool before anything else is
    /// written there. An erased person is left alone.
    /// </summary>
    public static IReadOnlyList<WriteOrder> Decide(JourneyState state, Journey journey, FunnelEvent happened, IEnumerable<IPersonTarget> targets, WriteBackPolicy policy, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(journey);
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

    /// <summary>What has to be so in a tool before a handoff comes there; empty where nothing has.</summary>
    public static PersonWish BeforeHandoff(Journey journey)
    {
        ArgumentNullException.ThrowIfNull(journey);
        return new() { OptedOut = journey.EmailConsent == ConsentState.OptedOut ? true : null, Reopened = true };
    }

    /// <summary>The person's records that are in a tool; Salesforce's contact before its lead.</summary>
    public static ImmutableArray<IdentityKey> RecordsIn(Journey journey, IPersonTarget target)
    {
        ArgumentNullException.ThrowIfNull(journey);
        return [.. journey.Records.Where(key => key.Connector == target.Name)];
    }

    /// <summary>The notes of a plan: what will be written, and what needs no writing.</summary>
    public static IEnumerable<OwnWrite> NotesOf(WritePlan plan, IdentityKey asked, string cause, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.All.Select(write => new OwnWrite
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
    }

    /// <summary>The notes of what a breaker stopped.</summary>
    public static IEnumerable<OwnWrite> StoppedNotes(Journey journey, WriteOrder order, string cause, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(order);
        return order.Stopped.Select(property => new OwnWrite
        {
            Connector = order.Target.Name,
            Record = order.Records[0].Id,
            Property = property,
            Value = EchoRules.Fingerprint(order.Records[0], property, ComparableOf(journey, property)),
            Outcome = WriteOutcome.Stopped,
            At = now,
            Cause = cause,
        });
    }

    /// <summary>
    /// Whether notes may still be taken and acted on: the person is not erased, no opt-out is taken back of somebody who
    /// has opted out meanwhile, and the stage to be written is the lead's. A later stage has an event of its own, or is
    /// the tool's own word.
    /// </summary>
    public static bool StillHold(JourneyState state, IEnumerable<OwnWrite> notes, FunnelStage? stage, FunnelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Facts.IsEmpty || state.Ledger.ErasedAt is not null || state.Facts.Values.Any(fact => fact is PersonErased))
        {
            return false;
        }

        var takesBack = notes.Any(note => note is { Property: PersonProperty.Consent, Outcome: WriteOutcome.Written } && EchoRules.IsOf(note, ConsentState.OptedIn.ToString()));
        if (!takesBack && stage is null)
        {
            return true;
        }

        var journey = JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);
        return !(takesBack && journey.EmailConsent == ConsentState.OptedOut) && (stage is null || stage == journey.Stage);
    }

    /// <summary>The state with notes; null where it has them all: what is only told, and not written, is told once in a row.</summary>
    public static JourneyChange? Noted(JourneyState state, IEnumerable<OwnWrite> notes)
    {
        ArgumentNullException.ThrowIfNull(state);
        var news = notes.Where(note => note.Outcome == WriteOutcome.Written || !IsToldAlready(state.Ledger, note)).ToList();
        return news.Count == 0 ? null : new(state with { Ledger = EchoRules.Note(state.Ledger, news) }, []);
    }

    /// <summary>The state with a plan's writes as refused.</summary>
    public static JourneyChange Refused(JourneyState state, WritePlan plan, string cause)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new(
            state with
            {
                Ledger = state.Ledger with
                {
                    Writes = [.. state.Ledger.Writes.Select(write =>
                        write.Outcome == WriteOutcome.Written && write.Cause == cause && write.Connector == plan.Record.Connector && write.Record == plan.Record.Id && write.Echo is null
                            ? write with { Outcome = WriteOutcome.Refused }
                            : write)],
                },
            },
            []);
    }

    /// <summary>The tool that by now shows a handoff to marketing: one that was written, else the one whose word it was; null where no marketing tool knows the person.</summary>
    public static string? ShownIn(Journey journey, IEnumerable<WriteOrder> orders, IEnumerable<IPersonTarget> targets)
    {
        ArgumentNullException.ThrowIfNull(journey);
        return orders.FirstOrDefault(order => order.Wish.Stage is not null)?.Target.Name
            ?? targets.FirstOrDefault(target => !journey.Erased && target.Name == journey.Entries[^1].Connector)?.Name;
    }

    /// <summary>What the event is about, as far as the tool shows it and it is not the tool's own word.</summary>
    private static ImmutableHashSet<PersonProperty> Asked(JourneyState state, Journey journey, FunnelEvent happened, IPersonTarget target) => happened switch
    {
        StageChanged or HandoffAnnounced or LeadReturned => OwnWordRules.IsShownBy(state.Ledger, journey, state.Facts.GetValueOrDefault(journey.Entries[^1].FactKey), target.Name) ? [] : target.Writes.Intersect([PersonProperty.Stage]),
        ProfileAnnounced => target.Writes.Intersect(LeadProfile.Properties.Where(property => 
            ValueOf(journey, property).Length > 0 && (journey.ProfileSources.GetValueOrDefault(property) != target.Name || OwnWordRules.IsOverwritten(state.Ledger, target.Name, property, ComparableOf(journey, property))))),
        _ => [],
    };

    private static PersonWish Wish(JourneyState state, Journey journey, FunnelEvent happened, IPersonTarget target, ImmutableHashSet<PersonProperty> asked) => new()
    {
        Stage = asked.Contains(PersonProperty.Stage) ? journey.Stage : null,
        Profile = asked.Remove(PersonProperty.Stage).ToImmutableDictionary(property => property, property => ValueOf(journey, property)),
        OptedOut = journey.EmailConsent switch
        {
            ConsentState.OptedOut when happened is ConsentAnnounced || !asked.IsEmpty => true,
            ConsentState.OptedIn when happened is ConsentAnnounced && IsOwnOptOut(state, target) => false,
            _ => null,
        },
    };

    /// <summary>Whether the opt-out that a tool holds can only be the hub's: a tool's own is never taken back by the hub.</summary>
    private static bool IsOwnOptOut(JourneyState state, IPersonTarget target)
    {
        var last = state.Ledger.Writes.LastOrDefault(write => write is { Property: PersonProperty.Consent, Outcome: WriteOutcome.Written } && write.Connector == target.Name);
        return last is not null && EchoRules.IsOf(last, ConsentState.OptedOut.ToString())
            && !state.Facts.Values.OfType<ConsentChanged>().Any(said =>
                said.Connector == target.Name && said.Email == ConsentState.OptedOut && !said.IsEchoOf(PersonProperty.Consent) && said.OccurredAt < last.At);
    }

    private static bool IsToldAlready(JourneyLedger ledger, OwnWrite note) =>
        ledger.Writes.LastOrDefault(write => write.Connector == note.Connector && write.Record == note.Record && write.Property == note.Property) is { } last
        && last.Value == note.Value && (last.Outcome == note.Outcome || (last.Outcome, note.Outcome) == (WriteOutcome.Written, WriteOutcome.Equal));

    private static string ValueOf(Journey journey, PersonProperty property) => property == PersonProperty.Stage ? journey.Stage.ToString() : journey.Profile.Of(property)?.Trim() ?? "";

    private static string ComparableOf(Journey journey, PersonProperty property) =>
        property == PersonProperty.Stage ? ValueOf(journey, property) : journey.Profile.ComparableOf(property)?.Trim() ?? "";
}

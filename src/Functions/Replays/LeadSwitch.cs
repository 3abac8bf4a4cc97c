using System.Collections.Immutable;
using IntegrationHub.Functions.Archive;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Replays;

/// <summary>Compares a rebuilt lead with the live one, and puts its facts in place of the live ones. Nothing is published:
/// the lead's next event acts on the corrected journey.</summary>
internal sealed class LeadSwitch(
    JourneyReader reader, JourneyFlow journeys, JourneyWriter writer, IdentityStore identities, ArchiveStore archive,
    FunnelSettings settings)
{
    /// <summary>Compares a lead.</summary>
    /// <returns>Null when there is nothing to compare, because the lead is unknown on both sides or erased.</returns>
    internal async Task<ComparedLead?> CompareAsync(
        ShadowHub shadow, ReplayRange range, LeadId leadId, CancellationToken cancellationToken)
    {
        var plan = await PlanAsync(shadow, range, leadId, cancellationToken);
        if (plan is not { } change)
        {
            return null;
        }

        var after = ReplayRules.Replace(change.Live.Facts, change.Rebuilt, change.Removed, range);
        var (now, then) = (HashOf(change.Live.LeadId, change.Live.Facts), HashOf(change.Live.LeadId, after));
        var verdict = now == then ? LeadVerdict.Same
            : now is null ? LeadVerdict.Missing
            : !change.Rebuilt.Values.Any(fact => ReplayRules.IsReplaced(fact, range)) ? LeadVerdict.Extra
            : LeadVerdict.Different;
        return now is null && then is null ? null : new(leadId, verdict, now, then);
    }

    /// <summary>Switches a lead in one commit. A lead that would be empty is left as it is.</summary>
    /// <returns>Whether it was switched.</returns>
    internal async Task<bool> SwitchAsync(
        ShadowHub shadow, ReplayRange range, LeadId leadId, CancellationToken cancellationToken)
    {
        if (await PlanAsync(shadow, range, leadId, cancellationToken) is not { } change
            || ReplayRules.Replace(change.Live.Facts, change.Rebuilt, change.Removed, range).IsEmpty)
        {
            return false;
        }

        var lead = change.Live.LeadId;
        if (change.IsMissing)
        {
            await AddAsync(shadow, lead, change.Rebuilt, cancellationToken);
        }
        else
        {
            await journeys.UpdateStoredAsync(
                lead,
                state => new(state with { Facts = ReplayRules.Replace(state.Facts, change.Rebuilt, change.Removed, range) }, []),
                cancellationToken);
        }

        await LinkAsync(shadow, lead, change.Rebuilt, cancellationToken);
        return true;
    }

    private async Task<Plan?> PlanAsync(ShadowHub shadow, ReplayRange range, LeadId leadId, CancellationToken cancellationToken)
    {
        var live = await reader.FollowAsync(leadId, cancellationToken);
        if (live.State.Ledger.ErasedAt is not null)
        {
            return null;
        }

        var rebuilt = (await shadow.Journeys.LoadAsync(live.State.LeadId, cancellationToken)).State;
        if (rebuilt.Ledger is { MergedInto: not null } or { ErasedAt: not null })
        {
            return null;
        }

        var removed = new List<Fact>();
        foreach (var fact in ReplayRules.Removed(live.State.Facts, rebuilt.Facts, range))
        {
            // A delivery that an erasure took apart, or that has left the archive, says nothing against the fact.
            var name = ArchiveName.Of(fact.Connector, fact.ReceivedAt, MessageSettler.WithoutAttempt(fact.MessageId!));
            if (await archive.HasAsync(name, cancellationToken))
            {
                removed.Add(fact);
            }
        }

        return new(live.State, live.ETag is null, rebuilt.Facts, removed);
    }

    /// <summary>Stores a lead that the live tables lack, with an empty ledger.</summary>
    private async Task AddAsync(
        ShadowHub shadow, LeadId leadId, ImmutableDictionary<string, Fact> facts, CancellationToken cancellationToken)
    {
        var state = SummingRules.Within(JourneyState.New(leadId) with { Facts = facts }, settings);
        var journey = JourneyFold.Fold(leadId, facts.Values, settings);
        var opening = new LeadOpening(
            [.. FactKeys.Of(facts.Values).Where(key => key.Kind == IdentityKind.Person)],
            await shadow.RecordLinks.TakenAsync(leadId, cancellationToken));
        await writer.SaveAsync(
            JourneyRecord.New(leadId), opening,
            new(state, journey, [.. facts.Values], [], StallRules.NextDue(journey, state.Ledger, settings)));
    }

    /// <summary>Links the lead's keys unless they lead elsewhere, and the deals that it is on.</summary>
    private async Task LinkAsync(
        ShadowHub shadow, LeadId leadId, ImmutableDictionary<string, Fact> rebuilt, CancellationToken cancellationToken)
    {
        foreach (var key in FactKeys.Of(rebuilt.Values))
        {
            if (key.Kind != IdentityKind.Deal
                || (await shadow.Identities.FindByDealAsync(key, cancellationToken)).Contains(leadId))
            {
                await identities.LinkAsync(leadId, key, cancellationToken);
            }
        }
    }

    private string? HashOf(LeadId leadId, ImmutableDictionary<string, Fact> facts) =>
        facts.IsEmpty ? null : JourneyFold.Fold(leadId, facts.Values, settings).Hash;

    /// <summary>What a switch would do.</summary>
    private sealed record Plan(
        JourneyState Live, bool IsMissing, ImmutableDictionary<string, Fact> Rebuilt, IReadOnlyList<Fact> Removed);
}

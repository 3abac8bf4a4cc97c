using System.Collections.Concurrent;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Handoffs;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Parity;

/// <summary>A person of a tool beside another tool.</summary>
/// <param name="To">The other tool.</param>
/// <param name="Finding">Why it lacks the person; null when it does not.</param>
internal sealed record ComparedPerson(string To, IdentityKey Record, LeadId? LeadId, FunnelStage? Stage, ParityFinding? Finding);

/// <summary>Compares a page of a tool's people with other tools, by the leads that the hub knows. Each other tool is asked
/// once for all records of the page.</summary>
internal sealed class ParityComparer(
    IdentityStore identities, JourneyReader journeys, HandoffTargets targets, HandoffOptions handoffs, FunnelSettings settings,
    TimeProvider clock)
{
    private const int ReadsAtOnce = 8;

    public async Task<IReadOnlyList<ComparedPerson>> CompareAsync(
        IPersonList from, IReadOnlyList<IPersonList> others, IReadOnlyList<ListedPerson> people, CancellationToken cancellationToken)
    {
        var known = await ReadAsync(from, people, cancellationToken);
        var compared = new List<ComparedPerson>();
        foreach (var other in others)
        {
            var ids = known.SelectMany(person => person.RecordsIn(other.Name)).Select(key => key.Id).Distinct().ToList();
            var existing = ids.Count == 0 ? new HashSet<string>() : await other.ExistingAsync(ids, cancellationToken);
            foreach (var person in known)
            {
                var finding = await JudgeAsync(from, other.Name, person, existing, cancellationToken);
                compared.Add(new(other.Name, person.Record, person.State?.LeadId, person.Journey?.Stage, finding));
            }
        }

        return compared;
    }

    private async Task<IReadOnlyList<KnownPerson>> ReadAsync(
        IPersonList from, IReadOnlyList<ListedPerson> people, CancellationToken cancellationToken)
    {
        var read = new ConcurrentDictionary<string, KnownPerson>(StringComparer.Ordinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(people, options, async (person, token) => read[person.Id] = await ReadAsync(from, person, token));
        return [.. people.Select(person => person.Id).Distinct().Select(id => read[id])];
    }

    private async Task<KnownPerson> ReadAsync(IPersonList from, ListedPerson listed, CancellationToken cancellationToken)
    {
        var record = IdentityKey.Person(from.Name, from.NormaliseId(listed.Id));
        var owner = await identities.LookUpAsync(record, cancellationToken);
        var state = owner is { Erased: false, Lead: { } lead } ? (await journeys.FindAsync(lead, cancellationToken)).State : null;
        return state is null || state.Facts.IsEmpty
            ? new(listed, record, owner.Erased, null, null)
            : new(listed, record, false, state, JourneyFold.Fold(state.LeadId, state.Facts.Values, settings));
    }

    private async Task<ParityFinding?> JudgeAsync(
        IPersonList from, string to, KnownPerson person, IReadOnlySet<string> existing, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (person is not { State: { } state, Journey: { } journey })
        {
            return ParityRules.JudgeUnknown(person.Erased, person.Listed.ChangedAt, now);
        }

        var kind = from.RecordKind(person.Record.Id);
        var alike = person.RecordsIn(from.Name).Where(key => from.RecordKind(key.Id) == kind).ToList();
        if (ParityRules.JudgeSecond(person.Record, alike) is { } second)
        {
            return second;
        }

        if (person.RecordsIn(to).ToList() is { Count: > 0 } records)
        {
            return records.Exists(key => existing.Contains(key.Id))
                ? null : new(ParityCause.Vanished, $"The hub knows the record {records[0].Id} in {to}, which does not have it.");
        }

        var twin = await FindTwinAsync(person, to, cancellationToken);
        return ParityRules.Judge(state.Ledger, journey, person.Record, ToolOf(to), twin, now);
    }

    /// <summary>Returns the lead that has the person's address and a record in a tool; null for none.</summary>
    private async Task<LeadId?> FindTwinAsync(KnownPerson person, string to, CancellationToken cancellationToken)
    {
        if (person.Listed.Email is not { } email
            || (await identities.LookUpAsync(IdentityKey.Email(email), cancellationToken)).Lead is not { } owner
            || owner == person.State!.LeadId)
        {
            return null;
        }

        var state = (await journeys.FindAsync(owner, cancellationToken)).State;
        return !state.Facts.IsEmpty
            && JourneyFold.Fold(owner, state.Facts.Values, settings).Records.Any(key => key.Connector == to) ? owner : null;
    }

    private ParityTool ToolOf(string name) => new(
        name,
        handoff => handoff.Connector ?? targets.Of(handoff)?.Name,
        team => targets.Names.Contains(name)
            && (handoffs.Connectors.TryGetValue(team, out var connector) ? connector == name
                : targets.Names.Count == 1 && team != settings.OwnerOf(FunnelStage.Awareness)));

    private sealed record KnownPerson(ListedPerson Listed, IdentityKey Record, bool Erased, JourneyState? State, Journey? Journey)
    {
        public IEnumerable<IdentityKey> RecordsIn(string connector) =>
            Journey?.Records.Where(key => key.Connector == connector) ?? [];
    }
}

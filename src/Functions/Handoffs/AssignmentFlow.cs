using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Assigns a person to a handoff: load, decide, reserve, record. An owner's load is a hint, and the leads'
/// ledgers are authoritative. A full owner is checked before they are skipped, so acceptance needs no update and a
/// crash loses no capacity.</summary>
internal sealed class AssignmentFlow(
    RoundRobinStore roundRobins, JourneyFlow journeys, FunnelSettings settings, TimeProvider clock) : IDisposable
{
    /// <summary>One decision at a time in this process; the table decides among processes.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Assigns a handoff that needs an owner, and records it in the ledger. Idempotent.</summary>
    /// <returns>The handoff with its owner; null when the lead no longer has it.</returns>
    public async Task<Handoff?> AssignAsync(Handoff handoff, Journey journey, CancellationToken cancellationToken)
    {
        if (!HandoffRoutingRules.NeedsOwner(handoff, settings))
        {
            return handoff;
        }

        var assignment = await ReserveAsync(handoff, journey, cancellationToken);
        var state = await journeys.UpdateAsync(journey.LeadId, state => Note(state, handoff, assignment), cancellationToken);
        if (state is null || !await CountsAsync(handoff, assignment, cancellationToken))
        {
            await roundRobins.RemoveAsync(handoff.Id, cancellationToken);
        }

        return state?.Ledger.Handoffs.FirstOrDefault(noted => noted.Id == handoff.Id);
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<Assignment> ReserveAsync(Handoff handoff, Journey journey, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await HubPipelines.Optimistic.ExecuteAsync(async token => await DecideAsync(handoff, journey, token), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<Assignment> DecideAsync(Handoff handoff, Journey journey, CancellationToken cancellationToken)
    {
        var number = handoff.Assignments.Length;
        var read = await roundRobins.FindAsync(cancellationToken);
        if (read.Reservations.FirstOrDefault(reserved => reserved.HandoffId == handoff.Id && reserved.Number == number) is { } before)
        {
            return before.Assignment;
        }

        read = await WithoutClosedAsync(read, settings.Routing.Teams[handoff.To], cancellationToken);
        var decision = HandoffRoutingRules.Decide(handoff, journey, settings, read.BoardFor(handoff.Id), clock.GetUtcNow());
        var turns = decision.RoundRobin is { } roundRobin
            ? read.LastInTurn.SetItem(roundRobin, decision.Assignment.Owner) : read.LastInTurn;
        await roundRobins.ReserveAsync(read, turns, new(handoff.Id, journey.LeadId, number, decision.Assignment), cancellationToken);
        return decision.Assignment;
    }

    /// <summary>Removes reservations of owners who seem full when their handoffs no longer wait.</summary>
    private async Task<RoundRobinTurns> WithoutClosedAsync(RoundRobinTurns read, TeamRoutes team, CancellationToken cancellationToken)
    {
        var board = read.BoardFor("");
        Reservation[] doubtful =
        [
            .. read.Reservations.Where(reserved => team.Find(reserved.Assignment.Owner) is { } owner && board.IsFull(owner)),
        ];
        var states = await Task.WhenAll(doubtful.Select(reserved => journeys.LoadAsync(reserved.LeadId, cancellationToken)));
        Reservation[] closed = [.. doubtful.Where((reserved, i) => !HandoffDeliveryRules.Waits(states[i], reserved.HandoffId))];
        foreach (var reserved in closed)
        {
            await roundRobins.RemoveAsync(reserved.HandoffId, cancellationToken);
        }

        return read with { Reservations = [.. read.Reservations.Except(closed)] };
    }

    private static JourneyChange? Note(JourneyState state, Handoff handoff, Assignment assignment) =>
        state.Ledger.Handoffs.Any(noted => noted.Id == handoff.Id && noted.Assignments.Length == handoff.Assignments.Length)
            ? new(state.WithHandoff(handoff.Id, noted => noted with { Assignments = noted.Assignments.Add(assignment) }), [])
            : null;

    /// <summary>Whether a reservation is worth a row. An owner without a limit is never full, and a fallback beyond theirs is
    /// full without it. So there are no more rows than the owners have room for.</summary>
    private async Task<bool> CountsAsync(Handoff handoff, Assignment assignment, CancellationToken cancellationToken) =>
        settings.Routing.Teams[handoff.To].Find(assignment.Owner) is { Capacity: not null } owner
            && !(await roundRobins.FindAsync(cancellationToken)).BoardFor(handoff.Id).IsFull(owner);
}

using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>
/// Finds the person for a handoff: load, decide, reserve, note. What counts against an owner's capacity is a hint, and the leads' own ledgers say what is true: whoever seems full is looked at
/// before they are passed over, so nothing has to be told when a handoff is taken up, and a crash loses no room.
/// </summary>
public sealed class AssignmentFlow(RoundRobinStore roundRobins, JourneyFlow journeys, FunnelSettings settings, TimeProvider clock) : IDisposable
{
    /// <summary>One decision at a time in this process; among processes the table decides.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Gives a handoff to somebody, where somebody has to be found for it, and notes it in the ledger. Repeating it gives it to nobody else.</summary>
    /// <returns>The handoff with its owner; null where the lead no longer has it.</returns>
    public async Task<Handoff?> AssignAsync(Handoff handoff, Journey journey, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(handoff);
        ArgumentNullException.ThrowIfNull(journey);
        if (!HandoffRoutingRules.NeedsOwner(handoff, settings))
        {
            return handoff;
        }

        var assignment = await ReserveAsync(handoff, journey, cancellationToken);
        var state = await journeys.UpdateAsync(journey.LeadId, state => Note(state, handoff, assignment), cancellationToken);
        if (state is null || !Counts(handoff, assignment))
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
        var turns = decision.RoundRobin is { } roundRobin ? read.LastInTurn.SetItem(roundRobin, decision.Assignment.Owner) : read.LastInTurn;
        await roundRobins.ReserveAsync(read, turns, new(handoff.Id, journey.LeadId, number, decision.Assignment), cancellationToken);
        return decision.Assignment;
    }

    /// <summary>Looks whether those who seem full still have what they seem to have.</summary>
    private async Task<RoundRobinTurns> WithoutClosedAsync(RoundRobinTurns read, TeamRoutes team, CancellationToken cancellationToken)
    {
        var board = read.BoardFor("");
        Reservation[] doubtful = [.. read.Reservations.Where(reserved => team.Find(reserved.Assignment.Owner) is { } owner && board.IsFull(owner))];
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

    private bool Counts(Handoff handoff, Assignment assignment) => settings.Routing.Teams[handoff.To].Find(assignment.Owner)?.Capacity is not null;
}

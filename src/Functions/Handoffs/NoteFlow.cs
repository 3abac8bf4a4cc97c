using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.WriteBack;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Writes notes to the marketing tools that know the person: the brief of a handoff, or sales' return reason.
/// Load, decide, write, record. A tool finds its own note, so a repeat writes no second.</summary>
public sealed class NoteFlow(
    JourneyFlow journeys, ConnectorSet connectors, OutwardBreaker outward, ConnectorGate gate, FunnelSettings settings,
    TimeProvider clock)
{
    /// <summary>Writes the note of an event; a no-op for other events. A failing tool stops no other.</summary>
    /// <exception cref="VendorUnavailableException">A tool does not answer; retry later.</exception>
    /// <exception cref="UnrecoverableMessageException">A tool refused, and no retry would help.</exception>
    public async Task WriteAsync(FunnelEvent happened, CancellationToken cancellationToken)
    {
        (HandoffNoteKind, string)? wanted = happened switch
        {
            HandoffAnnounced { Team: Team.Marketing } announced => (HandoffNoteKind.Brief, announced.HandoffId),
            LeadReturned returned => (HandoffNoteKind.ReturnReason, returned.HandoffId),
            _ => null,
        };
        if (wanted is not var (kind, handoffId)
            || await journeys.LoadAsync(happened, cancellationToken) is not
            {
                Facts.IsEmpty: false,
                Ledger: { MergedInto: null, ErasedAt: null },
            } state)
        {
            return;
        }

        var journey = JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);
        if (journey.Erased
            || state.Ledger.Handoffs.FirstOrDefault(handoff => handoff.Id == handoffId) is not { } handoff
            || NoteOf(kind, handoff, journey, state) is not { } note)
        {
            return;
        }

        var targets =
            from target in connectors.OfType<INoteTarget>()
            where target is not IHandoffTarget && !handoff.Notes.Any(there => (there.Kind, there.Connector) == (kind, target.Name))
            let person = journey.Identities.FirstOrDefault(key => key.Kind == IdentityKind.Person && key.Connector == target.Name)
            where person is not null
            select TryAsync(target, person, note, kind, handoff, state.LeadId, cancellationToken);
        WriteBackFlow.ThrowIfAny(await Task.WhenAll(targets));
    }

    private async Task<Exception?> TryAsync(
        INoteTarget target, IdentityKey person, PersonNote note, HandoffNoteKind kind, Handoff handoff, LeadId leadId,
        CancellationToken cancellationToken)
    {
        try
        {
            var channel = new OutwardChannel(target.Name, OutwardKind.Writes);
            var written = await gate.DeliverAsync(
                target.Name,
                () => outward.RunAsync(channel, () => target.WriteNoteAsync(person, note, cancellationToken), cancellationToken),
                cancellationToken);
            if (written)
            {
                await journeys.UpdateAsync(
                    leadId, state => Noted(state, handoff.Id, new(kind, target.Name, clock.GetUtcNow())), cancellationToken);
            }

            return null;
        }
        catch (VendorException failure)
        {
            return failure;
        }
        catch (Exception waits) when (waits is OutwardHeldException or ConnectorPausedException)
        {
            return waits;
        }
    }

    /// <summary>Returns the note; null when the lead belongs to another team or was not given back.</summary>
    private PersonNote? NoteOf(HandoffNoteKind kind, Handoff handoff, Journey journey, JourneyState state) => kind switch
    {
        HandoffNoteKind.Brief when journey.Owner == handoff.To => new(
            $"brief {handoff.Id}",
            handoff.AnnouncedAt,
            (HandoffBrief.For(handoff, journey, state.Facts.Values, settings) with { Links = [.. connectors.LinksTo(journey)] }).ToLines()),
        HandoffNoteKind.ReturnReason when ReturnRules.Of(state, handoff.Id, settings) is { } returned => new(
            $"return {handoff.Id}", returned.At,
            [$"{handoff.To} gave the lead back: {returned.Reason}", $"Stage: {settings.Stages[handoff.Stage].Name}"])
        {
            ReturnReason = returned.Reason,
        },
        _ => null,
    };

    private static JourneyChange? Noted(JourneyState state, string handoffId, HandoffNote note) =>
        state.Ledger.Handoffs.Any(handoff =>
            handoff.Id == handoffId && !handoff.Notes.Any(there => (there.Kind, there.Connector) == (note.Kind, note.Connector)))
            ? new(state.WithHandoff(handoffId, handoff => handoff with { Notes = handoff.Notes.Add(note) }), [])
            : null;
}

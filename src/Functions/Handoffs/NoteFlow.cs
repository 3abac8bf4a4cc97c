using System.Net;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.WriteBack;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Writes notes to the marketing tools that know the person: the brief of a handoff, or sales' return reason.
/// Load, decide, note that it is begun, write, record. A tool finds its own note, so a repeat writes no second, and a
/// begun one is left alone for a while.</summary>
internal sealed class NoteFlow(
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
            let noted = new HandoffNote(kind, target.Name, clock.GetUtcNow())
            where target is not IHandoffTarget && !NoteRules.IsWritten(handoff, noted)
            let person = journey.Identities.FirstOrDefault(key => key.Kind == IdentityKind.Person && key.Connector == target.Name)
            where person is not null
            select TryAsync(target, person, note, noted, handoff.Id, state.LeadId, cancellationToken);
        WriteBackFlow.ThrowIfAny(await Task.WhenAll(targets));
    }

    private async Task<Exception?> TryAsync(
        INoteTarget target, IdentityKey person, PersonNote note, HandoffNote noted, string handoffId, LeadId leadId,
        CancellationToken cancellationToken)
    {
        try
        {
            await gate.DeliverAsync(
                target.Name,
                () => WriteAsync(target, person, note, noted, handoffId, leadId, cancellationToken),
                cancellationToken);
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

    /// <summary>Writes a note that nobody else writes. After a silence it stays begun: the tool may have it.</summary>
    /// <exception cref="ConnectorPausedException">It was begun a short while ago.</exception>
    private async Task<bool> WriteAsync(
        INoteTarget target, IdentityKey person, PersonNote note, HandoffNote noted, string handoffId, LeadId leadId,
        CancellationToken cancellationToken)
    {
        var channel = new OutwardChannel(target.Name, OutwardKind.Writes);
        await outward.ThrowIfHeldAsync(channel, cancellationToken);
        if (!await BeginAsync(leadId, handoffId, noted, cancellationToken))
        {
            return false;
        }

        var (written, isKnown) = (false, true);
        try
        {
            written = await outward.RunAsync(channel, () => target.WriteNoteAsync(person, note, cancellationToken), cancellationToken);
            return written;
        }
        catch (Exception failure) when (!IsSurelyNotWritten(failure))
        {
            isKnown = false;
            throw;
        }
        finally
        {
            if (isKnown)
            {
                // No token: what the tool has must be recorded, also by a host that stops.
                await journeys.UpdateAsync(
                    leadId, state => Changed(NoteRules.End(state, handoffId, noted, written)), CancellationToken.None);
            }
        }
    }

    /// <summary>Notes that a note is begun; two workers cannot both do so.</summary>
    /// <returns>False when another worker has written it meanwhile.</returns>
    /// <exception cref="ConnectorPausedException">It was begun a short while ago.</exception>
    private async Task<bool> BeginAsync(LeadId leadId, string handoffId, HandoffNote noted, CancellationToken cancellationToken)
    {
        var begins = false;
        var state = await journeys.UpdateAsync(
            leadId,
            known =>
            {
                var next = NoteRules.Begin(known, handoffId, noted);
                begins = next is not null;
                return Changed(next);
            },
            cancellationToken);
        var handoff = state?.Ledger.Handoffs.FirstOrDefault(handoff => handoff.Id == handoffId);
        return begins || handoff is null || NoteRules.LeftAlone(handoff, noted) is not { } left
            ? begins
            : throw new ConnectorPausedException(noted.Connector, left);
    }

    /// <summary>Whether a failure says that the tool has nothing. A gateway's failure and a silence say nothing of the
    /// kind.</summary>
    private static bool IsSurelyNotWritten(Exception failure) =>
        failure is VendorRefusedException or ConnectorNeedsAuthorizationException or OutwardHeldException
            or VendorUnavailableException { CircuitIsOpen: true }
            or VendorUnavailableException { Status: HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable };

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

    private static JourneyChange? Changed(JourneyState? next) => next is null ? null : new(next, []);
}

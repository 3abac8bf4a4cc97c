using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Takes an erasure as far as it can go now: asked for, confirmed, destroyed; or restored.</summary>
internal sealed class ErasureSettler(
    ErasureStore erasures, ErasureBrakeFlow brake, LeadHider hider, PersonEraser eraser, RecordLinkStore recordLinks,
    ConnectorSet connectors, NoticeStore notices, TimeProvider clock)
{
    /// <summary>The notice while erasures wait for a person.</summary>
    internal const string UndecidedKey = "erasures-undecided";

    /// <summary>The wait while the brake is on.</summary>
    private static readonly TimeSpan Stopped = TimeSpan.FromMinutes(5);

    /// <summary>Settles an erasure, and moves its row of the due index to its next time, or removes it. Idempotent.</summary>
    public async Task SettleAsync(DueErasure due, CancellationToken cancellationToken) =>
        await erasures.MoveAsync(due, await SettleAsync(due.LeadId, cancellationToken), cancellationToken);

    /// <summary>Returns when to settle it again; null when there is nothing to wait for.</summary>
    private async Task<DateTimeOffset?> SettleAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        while (await erasures.FindAsync(leadId, cancellationToken) is { } erasure)
        {
            var now = clock.GetUtcNow();
            switch (erasure.State)
            {
                case ErasureState.Undecided:
                    return null;
                case ErasureState.Confirmed when erasure.DueAt > now:
                    return erasure.DueAt;
                case ErasureState.Confirmed when await brake.IsStoppedAsync(cancellationToken):
                    return now + Stopped;
                case ErasureState.Requested:
                    await erasures.SaveAsync(erasure with { State = await JudgeAsync(erasure, cancellationToken) }, cancellationToken);
                    break;
                case ErasureState.Confirmed:
                    await erasures.SaveAsync(erasure with { State = ErasureState.Destroying }, cancellationToken);
                    break;
                case ErasureState.Destroying:
                    await DestroyAsync(erasure, cancellationToken);
                    break;
                case ErasureState.Cancelled:
                    await hider.RestoreAsync(erasure, cancellationToken);
                    await erasures.RemoveAsync(erasure, cancellationToken);
                    break;
                default:
                    throw new InvalidOperationException($"Unknown state {erasure.State}.");
            }
        }

        return null;
    }

    /// <summary>Asks the tool, if it can be asked, and looks whether the lead is more than one person.</summary>
    private async Task<ErasureState> JudgeAsync(OpenErasure erasure, CancellationToken cancellationToken)
    {
        if (erasure.Connector is { } connector && connectors.Find<IRemovalCheck>(connector) is { } check)
        {
            foreach (var record in erasure.Keys)
            {
                if (!await check.IsRemovedAsync(record, cancellationToken))
                {
                    await notices.OpenAsync(Refused(connector), cancellationToken);
                    return ErasureState.Cancelled;
                }
            }

            await notices.CloseAsync(Refused(connector).Key, cancellationToken);
        }

        if (!RecordLink.AreRivals(await recordLinks.TakenAsync(erasure.LeadId, cancellationToken)))
        {
            return ErasureState.Confirmed;
        }

        await notices.OpenAsync(Undecided, cancellationToken);
        return ErasureState.Undecided;
    }

    private async Task DestroyAsync(OpenErasure erasure, CancellationToken cancellationToken)
    {
        if (await hider.HideAsync(erasure, cancellationToken) is { } hidden)
        {
            await eraser.DestroyAsync(hidden, erasure.Keys, clock.GetUtcNow(), cancellationToken);
        }

        await erasures.RemoveAsync(erasure, cancellationToken);
    }

    private static OpsNotice Refused(string connector) => new(
        $"erasure-refused:{connector}",
        $"Privacy deletions of {connector} were not confirmed",
        [
            $"{connector} sent privacy deletions of records that it still has. The hub restored the leads.",
            "Either somebody else signs with the connector's secret, or the tool was slow. If a person really is to be erased, "
            + "delete the lead: DELETE /api/leads/{leadId}.",
        ]);

    private static OpsNotice Undecided => new(
        UndecidedKey,
        "A person has to decide about an erasure",
        [
            "A lead that is to be erased holds two records of one tool, which may be two persons. It is hidden and not destroyed.",
            "GET /api/erasures lists it with the state undecided.",
            "POST /api/erasures/{leadId}/confirm destroys it, DELETE /api/erasures/{leadId} restores it.",
        ]);
}

using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Telemetry;

namespace IntegrationHub.Functions.Platform.Messaging;

/// <summary>The result of replaying parked deliveries.</summary>
/// <param name="Matched">How many matched.</param>
/// <param name="Replayed">How many of them were queued; 0 for a dry run.</param>
/// <param name="Capped">Whether more may match, because one run has a limit.</param>
internal sealed record ParkedReport(int Matched, int Replayed, bool DryRun, bool Capped);

/// <summary>Parks deliveries, and replays or drops them when a person says so. Ops are notified once while any is parked.</summary>
internal sealed class ParkedFlow(
    ParkedDeliveryStore parked, InboundQueue queue, NoticeStore notices, HubMetrics metrics, TimeProvider clock)
{
    private const string NoticeKey = "parked";
    private const int Page = 100;

    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(45);

    /// <summary>Parks a delivery. Idempotent.</summary>
    public async Task ParkAsync(Delivery delivery, IReadOnlyList<ParkedFault> faults, CancellationToken cancellationToken)
    {
        await parked.AddAsync(delivery, faults, cancellationToken);
        metrics.Parked(delivery.Connector, faults[0].Reason);
        await notices.OpenAsync(
            new(
                NoticeKey,
                "Deliveries are parked",
                [
                    $"{delivery.Connector} sent a delivery that the hub cannot process as a whole: {faults[0].Reason}.",
                    "GET /api/parked lists the parked deliveries. They stay until a person replays or drops them.",
                    """Mend the cause, then POST /api/parked/replay {"reason":"…"}, or DELETE /api/parked/{id}?reason=….""",
                ]),
            cancellationToken);
    }

    /// <summary>Queues the deliveries that match, or counts them. One that is parked again meanwhile stays.</summary>
    public async Task<ParkedReport> ReplayAsync(ParkedFilter filter, bool dryRun, CancellationToken cancellationToken)
    {
        var (started, report, after) = (clock.GetTimestamp(), new ParkedReport(0, 0, dryRun, false), "");
        while (await parked.ListAsync(filter, Page, after, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var delivery in page)
            {
                if (clock.GetElapsedTime(started) >= LongestRun)
                {
                    return report with { Capped = true };
                }

                report = await ReplayAsync(delivery, report, cancellationToken);
            }

            after = page[^1].Id;
        }

        await CloseNoticeAsync(cancellationToken);
        return report;
    }

    /// <summary>Removes a delivery for good.</summary>
    /// <returns>False for an unknown id.</returns>
    public async Task<bool> DropAsync(string id, CancellationToken cancellationToken)
    {
        var found = await parked.ListAsync(new(id, null, null, null), 1, null, cancellationToken);
        var dropped = found is [var delivery] && await parked.TryRemoveAsync(delivery, cancellationToken);
        await CloseNoticeAsync(cancellationToken);
        return dropped;
    }

    private async Task<ParkedReport> ReplayAsync(ParkedDelivery delivery, ParkedReport report, CancellationToken cancellationToken)
    {
        report = report with { Matched = report.Matched + 1 };
        if (report.DryRun || await parked.FindMessageAsync(delivery.Id, cancellationToken) is not { } message)
        {
            return report;
        }

        message.MessageId = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");
        message.ApplicationProperties[MessageSettler.ReplayOfProperty] = delivery.Id;
        await queue.Sender.SendMessageAsync(message, cancellationToken);
        await parked.TryRemoveAsync(delivery, cancellationToken);
        return report with { Replayed = report.Replayed + 1 };
    }

    private async Task CloseNoticeAsync(CancellationToken cancellationToken)
    {
        if ((await parked.ListAsync(new(null, null, null, null), 1, null, cancellationToken)).Count == 0)
        {
            await notices.CloseAsync(NoticeKey, cancellationToken);
        }
    }
}

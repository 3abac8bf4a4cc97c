using System.Globalization;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.WriteBack;

/// <summary>Reports breakers to ops, lists them and closes them. A closed breaker writes the stopped value.</summary>
internal sealed class SyncLoopBreakerFlow(
    SyncLoopBreakerStore breakers, NoticeStore notices, JourneyFlow journeys, FunnelTopic topic, FunnelSettings settings,
    TimeProvider clock)
{
    /// <summary>Opens an ops notice for each open breaker of the lead and closes the others. Idempotent.</summary>
    public async Task NotifyAsync(JourneyState state, CancellationToken cancellationToken)
    {
        foreach (var breaker in state.Ledger.Breakers)
        {
            var row = Row(state, breaker);
            if (clock.GetUtcNow() < breaker.EndOf(settings.WriteBack))
            {
                await WriteLaterAsync(row, state, cancellationToken);
                await breakers.PutAsync(row, cancellationToken);
                await notices.OpenAsync(NoticeOf(row), cancellationToken);
            }
            else
            {
                await WithdrawAsync(row, cancellationToken);
            }
        }
    }

    /// <summary>Returns a page of the open breakers, and removes those of the page that closed by themselves.</summary>
    public async Task<ListPage<OpenSyncLoop>> ListAsync(PageRequest page, CancellationToken cancellationToken)
    {
        var open = new List<OpenSyncLoop>();
        var rows = await breakers.PageAsync(page, cancellationToken);
        foreach (var breaker in rows.Items)
        {
            if (clock.GetUtcNow() < breaker.Until)
            {
                open.Add(breaker);
            }
            else
            {
                await WithdrawAsync(breaker, cancellationToken);
            }
        }

        return new(open, rows.Next);
    }

    /// <summary>Closes a breaker: the stopped value is written, and later changes, too.</summary>
    /// <returns>Whether the breaker existed.</returns>
    public async Task<bool> CloseAsync(string id, CancellationToken cancellationToken)
    {
        if (await breakers.FindAsync(id, cancellationToken) is not { } open)
        {
            return false;
        }

        var now = clock.GetUtcNow();
        var left = await journeys.UpdateAsync(
            open.LeadId,
            state =>
                new(
                    state with
                    {
                        Ledger = state.Ledger with
                        {
                            Breakers =
                            [
                                .. state.Ledger.Breakers.Select(breaker =>
                                    breaker.Property == open.Property ? breaker with { ClosedAt = now } : breaker),
                            ],
                        },
                    },
                    []),
            cancellationToken);
        if (left is not null)
        {
            await topic.PublishAsync([EventOf(open, left, now)], cancellationToken);
        }

        await WithdrawAsync(open, cancellationToken);
        return true;
    }

    /// <summary>Schedules a write for when the breaker closes by itself. It comes before the row, so a crash
    /// schedules it once more.</summary>
    private async Task WriteLaterAsync(OpenSyncLoop breaker, JourneyState state, CancellationToken cancellationToken)
    {
        if (await breakers.FindAsync(breaker.Id, cancellationToken) is not { } known || known.OpenedAt != breaker.OpenedAt)
        {
            await topic.ScheduleAsync(EventOf(breaker, state, breaker.Until), breaker.Until, cancellationToken);
        }
    }

    /// <summary>Makes the event that syncs the tools by the lead's state at that time.</summary>
    private FunnelEvent EventOf(OpenSyncLoop breaker, JourneyState state, DateTimeOffset at)
    {
        var journey = JourneyFold.Fold(state.LeadId, state.Facts.Values, settings);
        var id = TableKey.Hash(
            string.Create(CultureInfo.InvariantCulture, $"breakerClosed|{breaker.Id}|{breaker.OpenedAt.UtcDateTime:O}|{at.UtcDateTime:O}"));
        return breaker.Property == PersonProperty.Stage
            ? new StageChanged
            {
                Id = id,
                LeadId = state.LeadId,
                At = at,
                Team = journey.Owner,
                From = journey.Stage,
                To = journey.Stage,
                Connector = journey.Entries[^1].Connector,
            }
            : new ProfileAnnounced { Id = id, LeadId = state.LeadId, At = at, Team = journey.Owner };
    }

    private async Task WithdrawAsync(OpenSyncLoop breaker, CancellationToken cancellationToken)
    {
        await notices.CloseAsync(KeyOf(breaker), cancellationToken);
        await breakers.RemoveAsync(breaker.Id, cancellationToken);
    }

    private OpenSyncLoop Row(JourneyState state, SyncLoopBreaker breaker)
    {
        var since = breaker.OpenedAt - settings.WriteBack.OverwriteWindow;
        var connectors = state.Ledger.Writes.Where(write => write.Property == breaker.Property && write.ReplacedAt >= since)
            .Select(write => write.Connector).Distinct().Order(StringComparer.Ordinal);
        return new(
            $"{state.LeadId}-{NameOf(breaker.Property)}", state.LeadId, breaker.Property, [.. connectors], breaker.OpenedAt,
            breaker.EndOf(settings.WriteBack));
    }

    private static OpsNotice NoticeOf(OpenSyncLoop breaker) => new(
        KeyOf(breaker),
        $"Writing of {NameOf(breaker.Property)} stopped for lead {breaker.LeadId}",
        [
            $"Since {Time(breaker.OpenedAt)} the {NameOf(breaker.Property)} of lead {breaker.LeadId} is written to no tool any more.",
            $"The hub's value was overwritten repeatedly in {string.Join(" and ", breaker.Connectors)}: "
            + "look for an automation there that does so.",
            $"Writing goes on by itself at {Time(breaker.Until)}, or at once with DELETE /api/breakers/{breaker.Id}.",
        ]);

    /// <summary>Returns the notice's key, one for each opening.</summary>
    private static string KeyOf(OpenSyncLoop breaker) =>
        string.Create(CultureInfo.InvariantCulture, $"breaker|{breaker.Id}|{breaker.OpenedAt.UtcDateTime:O}");

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    private static string NameOf(PersonProperty property) => char.ToLowerInvariant(property.ToString()[0]) + property.ToString()[1..];
}

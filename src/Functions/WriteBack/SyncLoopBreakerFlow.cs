using System.Globalization;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.WriteBack;

/// <summary>Tells ops of breakers, lists them and closes them.</summary>
public sealed class SyncLoopBreakerFlow(SyncLoopBreakerStore breakers, NoticeStore notices, JourneyFlow journeys, FunnelSettings settings, TimeProvider clock)
{
    /// <summary>Tells ops once of every breaker of a lead that is open, and withdraws what was told of one that is not. Repeating it tells nothing twice.</summary>
    public async Task TellAsync(JourneyState state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(state);
        foreach (var breaker in state.Ledger.Breakers)
        {
            var row = Row(state, breaker);
            if (clock.GetUtcNow() < breaker.EndOf(settings.WriteBack))
            {
                await breakers.PutAsync(row, cancellationToken);
                await notices.OpenAsync(NoticeOf(row), cancellationToken);
            }
            else
            {
                await WithdrawAsync(row, cancellationToken);
            }
        }
    }

    /// <summary>The open breakers. Those that have closed by themselves are withdrawn.</summary>
    public async Task<IReadOnlyList<OpenSyncLoop>> ListAsync(CancellationToken cancellationToken)
    {
        var open = new List<OpenSyncLoop>();
        foreach (var breaker in await breakers.AllAsync(cancellationToken))
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

        return open;
    }

    /// <summary>Closes a breaker: the property's next change is written again.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> CloseAsync(string id, CancellationToken cancellationToken)
    {
        if (await breakers.FindAsync(id, cancellationToken) is not { } open)
        {
            return false;
        }

        var now = clock.GetUtcNow();
        await journeys.UpdateAsync(
            open.LeadId,
            state => new(state with { Ledger = state.Ledger with { Breakers = [.. state.Ledger.Breakers.Select(breaker => breaker.Property == open.Property ? breaker with { ClosedAt = now } : breaker)] } }, []),
            cancellationToken);
        await WithdrawAsync(open, cancellationToken);
        return true;
    }

    private async Task WithdrawAsync(OpenSyncLoop breaker, CancellationToken cancellationToken)
    {
        await notices.CloseAsync(KeyOf(breaker), cancellationToken);
        await breakers.RemoveAsync(breaker.Id, cancellationToken);
    }

    private OpenSyncLoop Row(JourneyState state, SyncLoopBreaker breaker)
    {
        var since = breaker.OpenedAt - settings.WriteBack.OverwriteWindow;
        var connectors = state.Ledger.Writes.Where(write => write.Property == breaker.Property && write.ReplacedAt >= since).Select(write => write.Connector).Distinct().Order(StringComparer.Ordinal);
        return new($"{state.LeadId}-{NameOf(breaker.Property)}", state.LeadId, breaker.Property, [.. connectors], breaker.OpenedAt, breaker.EndOf(settings.WriteBack));
    }

    private static OpsNotice NoticeOf(OpenSyncLoop breaker) => new(
        KeyOf(breaker),
        $"Writing of {NameOf(breaker.Property)} stopped for lead {breaker.LeadId}",
        [
            $"Since {Time(breaker.OpenedAt)} the {NameOf(breaker.Property)} of lead {breaker.LeadId} is written to no tool any more.",
            $"What the hub wrote was replaced again and again in {string.Join(" and ", breaker.Connectors)}: look for an automation there that rewrites it.",
            $"Writing goes on by itself at {Time(breaker.Until)}, or at once with DELETE /api/breakers/{breaker.Id}.",
        ]);

    /// <summary>Each opening is told once.</summary>
    private static string KeyOf(OpenSyncLoop breaker) => string.Create(CultureInfo.InvariantCulture, $"breaker|{breaker.Id}|{breaker.OpenedAt.UtcDateTime:O}");

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    private static string NameOf(PersonProperty property) => char.ToLowerInvariant(property.ToString()[0]) + property.ToString()[1..];
}

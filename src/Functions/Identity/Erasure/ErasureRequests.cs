using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Stores requests to erase persons, and hides their leads at once. Those of tools are audited here; those of people are
/// audited as calls. Idempotent.</summary>
internal sealed class ErasureRequests(
    LeadHider hider, ErasureStore erasures, ErasureBrakeFlow brake, ErasureSettler settler, AuditStore audit, ErasureOptions options,
    TimeProvider clock)
{
    private const int AtOnce = 8;

    /// <summary>The action in the audit, as that of a call is the function's name.</summary>
    private const string Action = "PrivacyDeletion";

    /// <summary>Returns a request of now.</summary>
    public OpenErasure New(LeadId leadId, ErasureSource source)
    {
        var now = clock.GetUtcNow();
        return new(leadId, source, now, now + options.Grace);
    }

    /// <summary>Stores the requests, counts the new ones, and hides the leads. The index gets its row last, because a repeat
    /// adds it again.</summary>
    public async Task AskAsync(IReadOnlyCollection<OpenErasure> wanted, CancellationToken cancellationToken)
    {
        await AuditAsync(wanted, _ => "asked", cancellationToken);
        var (asked, added) = (new List<OpenErasure>(), 0);
        foreach (var erasure in wanted)
        {
            var (stored, isNew) = await erasures.AddAsync(erasure, cancellationToken);
            asked.Add(stored);
            added += isNew ? 1 : 0;
        }

        var stopped = added > 0 ? await brake.CountAsync(added, cancellationToken) : await brake.IsStoppedAsync(cancellationToken);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(asked, parallel, async (erasure, token) =>
        {
            if (IsHidden(erasure, stopped))
            {
                await hider.HideAsync(erasure, token);
            }

            var due = await erasures.WatchAsync(erasure.LeadId, clock.GetUtcNow(), token);
            if (erasure.Source == ErasureSource.Api || options.Grace == TimeSpan.Zero)
            {
                await settler.SettleAsync(due, token);
            }
        });
        await AuditAsync(wanted, erasure => IsHidden(erasure, stopped) ? "hidden" : "stopped", cancellationToken);
    }

    /// <summary>Whether the lead is hidden now. While the brake is on, an unknown record is not.</summary>
    private static bool IsHidden(OpenErasure erasure, bool stopped) => !erasure.Unknown || !stopped;

    private async Task AuditAsync(
        IEnumerable<OpenErasure> requests, Func<OpenErasure, string> outcome, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var lines = requests.Where(erasure => erasure.Connector is not null).Select(erasure => new AuditLine(
            now, $"connector:{erasure.Connector}", Permission.LeadsErase, Action, erasure.LeadId, null, outcome(erasure))).ToList();
        if (lines.Count > 0)
        {
            await audit.AddAsync(lines, cancellationToken);
        }
    }
}

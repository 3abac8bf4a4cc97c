using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Alerts.Sending;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Retention;

/// <summary>Alerts that wait to be mailed leave by the time since they wait. The lead's ledger says so.</summary>
internal sealed class AlertAging(MailboxStore mailboxes, OutcomeRecorder outcomes, RetentionOptions options, TimeProvider clock)
    : IAgingPlace
{
    private const int Page = 500;

    /// <inheritdoc/>
    public string Name => "alerts";

    /// <inheritdoc/>
    public string Content => "alerts that wait to be mailed";

    /// <inheritdoc/>
    public string? Advice => null;

    /// <inheritdoc/>
    public async Task<AgedPage> RemoveOldAsync(string? from, CancellationToken cancellationToken)
    {
        var bound = clock.GetUtcNow() - TimeSpan.FromDays(options.AlertDays);
        var old = await mailboxes.OldAsync(bound, Page, cancellationToken);
        await outcomes.RecordAllAsync(
            old, AlertOutcome.Suppressed, _ => "waited for longer than alerts are kept", cancellationToken);
        await mailboxes.RemoveAsync(old, cancellationToken);
        return new([.. old.Select(entry => entry.AlertId)], 0, 0, old.Count == Page ? "front" : null);
    }
}

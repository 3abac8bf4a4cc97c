using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.WriteBack;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Writes a lead's news to marketing: counts a return, writes consent, stage and profile to the tools, then
/// the brief or the reason as a note. Every step is idempotent.</summary>
internal sealed class MarketingFlow(ReturnFlow returns, WriteBackFlow writeBack, NoteFlow notes)
{
    /// <summary>Handles an event.</summary>
    /// <exception cref="VendorUnavailableException">A tool does not answer; retry later.</exception>
    /// <exception cref="UnrecoverableMessageException">A tool refused, and no retry would help.</exception>
    public async Task DeliverAsync(FunnelEvent happened, CancellationToken cancellationToken)
    {
        await returns.CountAsync(happened, cancellationToken);
        await writeBack.WriteBackAsync(happened, ToolSide.Marketing, cancellationToken);
        await notes.WriteAsync(happened, cancellationToken);
    }
}

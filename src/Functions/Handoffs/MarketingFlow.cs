using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.WriteBack;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>Tells marketing what became of a lead: a return is counted, the tools get consent, stage and profile, and then the brief or the reason as a note. Each of them may be repeated.</summary>
public sealed class MarketingFlow(ReturnFlow returns, WriteBackFlow writeBack, NoteFlow notes)
{
    /// <summary>Tells what an event announces.</summary>
    /// <exception cref="VendorUnavailableException">A tool does not answer: to be tried later.</exception>
    /// <exception cref="UnrecoverableMessageException">A tool refused, and none is worth another try.</exception>
    public async Task DeliverAsync(FunnelEvent happened, CancellationToken cancellationToken)
    {
        await returns.CountAsync(happened, cancellationToken);
        await writeBack.WriteBackAsync(happened, ToolSide.Marketing, cancellationToken);
        await notes.WriteAsync(happened, cancellationToken);
    }
}

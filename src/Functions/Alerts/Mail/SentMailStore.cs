using Azure.Data.Tables;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Mail;

/// <summary>The table <c>SentMails</c>: which mails a server has taken, so that a retry for one team's mail does not repeat the other's. Holds no address.</summary>
public sealed class SentMailStore(HubTables tables, TimeProvider clock)
{
    private const string Table = "SentMails";

    /// <summary>Whether a server has taken the mail.</summary>
    public async Task<bool> HasAsync(LeadId leadId, string messageId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leadId);
        var sent = await tables.GetAsync(Table, cancellationToken);
        return (await sent.GetEntityIfExistsAsync<TableEntity>(leadId.Value, TableKey.Hash(messageId), ["RowKey"], cancellationToken)).HasValue;
    }

    /// <summary>Records that a server has taken the mail. Recording it twice is once.</summary>
    public async Task AddAsync(LeadId leadId, string messageId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leadId);
        var sent = await tables.GetAsync(Table, cancellationToken);
        await sent.UpsertEntityAsync(new TableEntity(leadId.Value, TableKey.Hash(messageId)) { ["SentAt"] = clock.GetUtcNow() }, TableUpdateMode.Replace, cancellationToken);
    }
}

using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Alerts.Links;

/// <summary>The key that signs links: the setting <c>Hub:LinkKey</c>, or a random one that the first to need it makes and all instances then use.</summary>
public sealed class LinkKeyStore(HubTables tables, HubOptions hub)
{
    private const string Row = "linkKey";
    private const string Key = "Key";
    private const int KeyBytes = 32;

    private byte[]? _key = hub.LinkKey is { } text ? Encoding.UTF8.GetBytes(text) : null;

    /// <summary>The key.</summary>
    public async ValueTask<byte[]> GetAsync(CancellationToken cancellationToken) => _key ??= await ReadAsync(cancellationToken) ?? await MakeAsync(cancellationToken);

    private async Task<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.MailGate, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Row, Row, cancellationToken: cancellationToken);
        return row.HasValue ? row.Value!.GetBinary(Key) : null;
    }

    private async Task<byte[]> MakeAsync(CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.MailGate, cancellationToken);
        var key = RandomNumberGenerator.GetBytes(KeyBytes);
        try
        {
            await table.AddEntityAsync(new TableEntity(Row, Row) { [Key] = key }, cancellationToken);
            return key;
        }
        catch (RequestFailedException there) when (there.Status == 409)
        {
            return (await ReadAsync(cancellationToken))!;
        }
    }
}

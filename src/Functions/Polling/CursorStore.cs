using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Polling;

/// <summary>The right to poll a connector, for a while.</summary>
/// <param name="Connector">The connector's name.</param>
/// <param name="Cursor">Where to go on; null at the very start.</param>
/// <param name="ETag">The version of the row: whoever writes next proves by it that nobody took over.</param>
public sealed record CursorClaim(string Connector, string? Cursor, ETag ETag);

/// <summary>The table <c>Cursors</c>: how far each connector has been polled, and who polls it now.</summary>
public sealed class CursorStore(HubTables tables, TimeProvider clock)
{
    /// <summary>How long a claim holds without a page: longer than any page takes, and short enough after a crash.</summary>
    internal static readonly TimeSpan ClaimFor = TimeSpan.FromMinutes(3);

    private const string Partition = "cursor";
    private const string CursorProperty = "Cursor";
    private const string ClaimedUntil = "ClaimedUntil";

    /// <summary>Claims a connector's cursor; null while somebody else holds it. At exactly its end a claim is over.</summary>
    public async Task<CursorClaim?> ClaimAsync(string connector, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Cursors, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Partition, connector, cancellationToken: cancellationToken);
        if (row.HasValue && row.Value!.GetDateTimeOffset(ClaimedUntil) > clock.GetUtcNow())
        {
            return null;
        }

        var cursor = row.HasValue ? row.Value!.GetString(CursorProperty) : null;
        try
        {
            var claimed = ToRow(connector, cursor, clock.GetUtcNow() + ClaimFor);
            var answer = row.HasValue
                ? await table.UpdateEntityAsync(claimed, row.Value!.ETag, TableUpdateMode.Replace, cancellationToken)
                : await table.AddEntityAsync(claimed, cancellationToken);
            return new(connector, cursor, answer.Headers.ETag!.Value);
        }
        catch (RequestFailedException lost) when (lost.Status is 409 or 412)
        {
            return null;
        }
    }

    /// <summary>Moves the cursor on and prolongs the claim.</summary>
    /// <exception cref="CursorTakenException">Somebody else has taken over.</exception>
    public Task<CursorClaim> MoveAsync(CursorClaim claim, string cursor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return WriteAsync(claim, cursor, clock.GetUtcNow() + ClaimFor, cancellationToken);
    }

    /// <summary>Gives the claim back.</summary>
    /// <exception cref="CursorTakenException">Somebody else has taken over; the claim is theirs and stays so.</exception>
    public Task ReleaseAsync(CursorClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return WriteAsync(claim, claim.Cursor, clock.GetUtcNow(), cancellationToken);
    }

    private async Task<CursorClaim> WriteAsync(CursorClaim claim, string? cursor, DateTimeOffset claimedUntil, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Cursors, cancellationToken);
        try
        {
            var answer = await table.UpdateEntityAsync(ToRow(claim.Connector, cursor, claimedUntil), claim.ETag, TableUpdateMode.Replace, cancellationToken);
            return claim with { Cursor = cursor, ETag = answer.Headers.ETag!.Value };
        }
        catch (RequestFailedException lost) when (lost.Status is 412 or 404)
        {
            throw new CursorTakenException(claim.Connector, lost);
        }
    }

    private static TableEntity ToRow(string connector, string? cursor, DateTimeOffset claimedUntil) =>
        new(Partition, connector) { [CursorProperty] = cursor, [ClaimedUntil] = claimedUntil };
}

using Azure;
using Azure.Data.Tables;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>The right to go on with a walk for a while.</summary>
/// <param name="Name">The connector that is polled, or the name of the walk.</param>
/// <param name="Cursor">Where to continue; null at the very start.</param>
/// <param name="ETag">The row's version, which proves that nobody took over.</param>
internal sealed record CursorClaim(string Name, string? Cursor, ETag ETag);

/// <summary>The table <c>Cursors</c>: how far each connector was polled and each walk has come, and who goes on now.</summary>
internal sealed class CursorStore(HubTables tables, TimeProvider clock)
{
    /// <summary>How long a claim holds without a page: longer than any page takes.</summary>
    internal static readonly TimeSpan ClaimFor = TimeSpan.FromMinutes(3);

    private const string Partition = "cursor";
    private const string CursorProperty = "Cursor";
    private const string ClaimedUntil = "ClaimedUntil";

    /// <summary>Claims a cursor; returns null while another instance holds it. A
    /// claim's end is exclusive.</summary>
    public async Task<CursorClaim?> ClaimAsync(string name, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Cursors, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Partition, name, cancellationToken: cancellationToken);
        if (row.HasValue && row.Value!.GetDateTimeOffset(ClaimedUntil) > clock.GetUtcNow())
        {
            return null;
        }

        var cursor = row.HasValue ? row.Value!.GetString(CursorProperty) : null;
        try
        {
            var claimed = ToRow(name, cursor, clock.GetUtcNow() + ClaimFor);
            var answer = row.HasValue
                ? await table.UpdateEntityAsync(claimed, row.Value!.ETag, TableUpdateMode.Replace, cancellationToken)
                : await table.AddEntityAsync(claimed, cancellationToken);
            return new(name, cursor, answer.Headers.ETag!.Value);
        }
        catch (RequestFailedException lost) when (lost.IsConflict())
        {
            return null;
        }
    }

    /// <summary>Moves the cursor and extends the claim.</summary>
    /// <exception cref="CursorTakenException">Another instance took over.</exception>
    public Task<CursorClaim> MoveAsync(CursorClaim claim, string cursor, CancellationToken cancellationToken) =>
        WriteAsync(claim, cursor, clock.GetUtcNow() + ClaimFor, cancellationToken);

    /// <summary>Releases the claim.</summary>
    /// <exception cref="CursorTakenException">Another instance took over, and keeps its claim.</exception>
    public Task ReleaseAsync(CursorClaim claim, CancellationToken cancellationToken) =>
        WriteAsync(claim, claim.Cursor, clock.GetUtcNow(), cancellationToken);

    private async Task<CursorClaim> WriteAsync(
        CursorClaim claim, string? cursor, DateTimeOffset claimedUntil, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Cursors, cancellationToken);
        try
        {
            var answer = await table.UpdateEntityAsync(
                ToRow(claim.Name, cursor, claimedUntil), claim.ETag, TableUpdateMode.Replace, cancellationToken);
            return claim with { Cursor = cursor, ETag = answer.Headers.ETag!.Value };
        }
        catch (RequestFailedException lost) when (lost.IsConflict())
        {
            throw new CursorTakenException(claim.Name, lost);
        }
    }

    private static TableEntity ToRow(string name, string? cursor, DateTimeOffset claimedUntil) =>
        new(Partition, name) { [CursorProperty] = cursor, [ClaimedUntil] = claimedUntil };
}

using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Archive;

/// <summary>The table <c>ArchiveKeys</c>, one partition for each day: the key of each delivery, wrapped with the key of
/// its day, and an index of who is named. The keys of the days are a partition of their own, wrapped with the key of the
/// settings. A delivery without its key is unreadable, and so is a day without its own.</summary>
internal sealed class ArchiveKeyStore(HubTables tables, MasterKeys masters)
{
    private const string DaysPartition = "days", KeyColumn = "Key", DeliveryPrefix = "d-", NamePrefix = "n-", After = "~";

    /// <summary>The most rows of a transaction.</summary>
    private const int TransactionRows = 100;

    /// <summary>The length of a person's hash in the index, in hexadecimal digits.</summary>
    private const int HashLength = 32;

    private readonly ConcurrentDictionary<string, byte[]> _days = new(StringComparer.Ordinal);

    /// <summary>Makes the key of a delivery, and the index rows of whom it names. Returns the present key when there
    /// is one. One request for up to 99 names.</summary>
    internal async Task<byte[]> AddAsync(
        ArchiveName name, IReadOnlyCollection<IdentityKey> named, CancellationToken cancellationToken)
    {
        using var counted = HubMetrics.AsArchive();
        var keys = await tables.GetAsync(HubTables.ArchiveKeys, cancellationToken);
        var day = await MakeDayKeyAsync(keys, name.Day, cancellationToken);
        var key = Sealing.NewKey();
        var row = new TableEntity(name.Day, DeliveryPrefix + name.Rest) { [KeyColumn] = Sealing.Seal(day, key, name.Blob) };
        var rows = named.Select(who => new TableEntity(name.Day, NameRow(day, who) + name.Rest)).DistinctBy(each => each.RowKey).ToList();
        // The delivery's own row comes last: what has a key is in the index.
        while (rows.Count >= TransactionRows)
        {
            await SubmitAsync(keys, rows[..TransactionRows], cancellationToken);
            rows.RemoveRange(0, TransactionRows);
        }

        try
        {
            await keys.SubmitTransactionAsync(
                [.. rows.Select(Upsert), new TableTransactionAction(TableTransactionActionType.Add, row)], cancellationToken);
            return key;
        }
        catch (RequestFailedException there) when (there.IsAlreadyThere())
        {
            await SubmitAsync(keys, rows, cancellationToken);
            return await FindAsync(name, cancellationToken) ?? await AddAsync(name, named, cancellationToken);
        }
    }

    /// <summary>Returns the key of a delivery; null when it is gone.</summary>
    internal async Task<byte[]?> FindAsync(ArchiveName name, CancellationToken cancellationToken)
    {
        using var counted = HubMetrics.AsArchive();
        var keys = await tables.GetAsync(HubTables.ArchiveKeys, cancellationToken);
        var row = await keys.GetEntityIfExistsAsync<TableEntity>(name.Day, DeliveryPrefix + name.Rest, null, cancellationToken);
        return row.HasValue && await FindDayKeyAsync(keys, name.Day, cancellationToken) is { } day
            ? Sealing.Open(day, row.Value!.GetBinary(KeyColumn), name.Blob)
            : null;
    }

    /// <summary>Drops the key of a delivery, which nobody can read then. Idempotent.</summary>
    internal async Task DropAsync(ArchiveName name, CancellationToken cancellationToken)
    {
        var keys = await tables.GetAsync(HubTables.ArchiveKeys, cancellationToken);
        await keys.DeleteEntityAsync(name.Day, DeliveryPrefix + name.Rest, ETag.All, cancellationToken);
    }

    /// <summary>Removes index rows of a delivery. Idempotent.</summary>
    internal async Task UnnameAsync(ArchiveName name, IEnumerable<IdentityKey> named, CancellationToken cancellationToken)
    {
        var keys = await tables.GetAsync(HubTables.ArchiveKeys, cancellationToken);
        if (await FindDayKeyAsync(keys, name.Day, cancellationToken) is not { } day)
        {
            return;
        }

        foreach (var row in named.Select(who => NameRow(day, who) + name.Rest).Distinct(StringComparer.Ordinal))
        {
            await keys.DeleteEntityAsync(name.Day, row, ETag.All, cancellationToken);
        }
    }

    /// <summary>Returns the deliveries that name one of these keys: a query for each key and day of the archive.</summary>
    internal async IAsyncEnumerable<ArchiveName> NamingAsync(
        IReadOnlyCollection<IdentityKey> named, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var keys = await tables.GetAsync(HubTables.ArchiveKeys, cancellationToken);
        foreach (var dayName in await DaysAsync(cancellationToken))
        {
            if (await FindDayKeyAsync(keys, dayName, cancellationToken) is not { } day)
            {
                continue;
            }

            foreach (var prefix in named.Select(who => NameRow(day, who)))
            {
                var filter = TableClient.CreateQueryFilter(
                    $"PartitionKey eq {dayName} and RowKey ge {prefix} and RowKey lt {prefix + After}");
                await foreach (var row in keys.QueryAsync<TableEntity>(filter, select: ["RowKey"], cancellationToken: cancellationToken))
                {
                    yield return new(dayName, row.RowKey[prefix.Length..]);
                }
            }
        }
    }

    /// <summary>Returns the days of the archive, oldest first, with those that are being removed.</summary>
    internal async Task<IReadOnlyList<string>> DaysAsync(CancellationToken cancellationToken)
    {
        var keys = await tables.GetAsync(HubTables.ArchiveKeys, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {DaysPartition}");
        return await keys.QueryAsync<TableEntity>(filter, select: ["RowKey"], cancellationToken: cancellationToken)
            .Select(row => row.RowKey).ToListAsync(cancellationToken);
    }

    /// <summary>Drops the key of a day, so that nobody can read its deliveries. The day's row stays until
    /// <see cref="TryRemoveDayAsync"/>. Idempotent.</summary>
    internal async Task DropDayKeyAsync(string day, CancellationToken cancellationToken)
    {
        _days.TryRemove(day, out _);
        var keys = await tables.GetAsync(HubTables.ArchiveKeys, cancellationToken);
        await keys.UpsertEntityAsync(new TableEntity(DaysPartition, day), TableUpdateMode.Replace, cancellationToken);
    }

    /// <summary>Removes the rows of a day, at most as many as given, and the day itself last.</summary>
    /// <returns>Whether the day is gone.</returns>
    internal async Task<bool> TryRemoveDayAsync(string day, int most, CancellationToken cancellationToken)
    {
        var keys = await tables.GetAsync(HubTables.ArchiveKeys, cancellationToken);
        var rows = await keys.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {day}"), select: ["PartitionKey", "RowKey"],
            cancellationToken: cancellationToken)
            .Take(most).ToListAsync(cancellationToken);
        foreach (var some in rows.Chunk(TransactionRows))
        {
            await keys.SubmitTransactionAsync(
                some.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, ETag.All)), cancellationToken);
        }

        if (rows.Count == most)
        {
            return false;
        }

        await keys.DeleteEntityAsync(DaysPartition, day, ETag.All, cancellationToken);
        return true;
    }

    private static Task SubmitAsync(TableClient keys, IReadOnlyCollection<TableEntity> rows, CancellationToken cancellationToken) =>
        rows.Count == 0 ? Task.CompletedTask : keys.SubmitTransactionAsync(rows.Select(Upsert), cancellationToken);

    private static TableTransactionAction Upsert(TableEntity row) => new(TableTransactionActionType.UpsertReplace, row);

    /// <summary>Returns the beginning of the index rows of a key. The hash needs the day's key, so it says nothing once
    /// that is gone.</summary>
    private static string NameRow(byte[] day, IdentityKey who) =>
        $"{NamePrefix}{Convert.ToHexStringLower(HMACSHA256.HashData(day, Encoding.UTF8.GetBytes(who.Canonical)))[..HashLength]}-";

    private async Task<byte[]> MakeDayKeyAsync(TableClient keys, string day, CancellationToken cancellationToken)
    {
        if (await FindDayKeyAsync(keys, day, cancellationToken) is { } known)
        {
            return known;
        }

        var key = Sealing.NewKey();
        try
        {
            await keys.AddEntityAsync(new TableEntity(DaysPartition, day) { [KeyColumn] = masters.Wrap(key, day) }, cancellationToken);
            return _days[day] = key;
        }
        catch (RequestFailedException there) when (there.IsAlreadyThere())
        {
            return await FindDayKeyAsync(keys, day, cancellationToken)
                ?? throw new InvalidOperationException($"The day {day} has left the archive.", there);
        }
    }

    private async Task<byte[]?> FindDayKeyAsync(TableClient keys, string day, CancellationToken cancellationToken)
    {
        if (_days.TryGetValue(day, out var known))
        {
            return known;
        }

        var row = await keys.GetEntityIfExistsAsync<TableEntity>(DaysPartition, day, null, cancellationToken);
        return row.HasValue && row.Value!.GetString(KeyColumn) is { } wrapped ? _days[day] = masters.Unwrap(wrapped, day) : null;
    }
}

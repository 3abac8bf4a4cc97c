using System.Globalization;
using System.Text.Json;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Identity.Erasure;

/// <summary>Keeps the brake in one row that all instances share. While it is on, nothing is destroyed and no unknown record
/// becomes a tombstone; leads are still hidden.</summary>
internal sealed class ErasureBrakeFlow(HubTables tables, NoticeStore notices, ErasureOptions options, TimeProvider clock)
{
    private const string Key = "brake", Json = "Json", NoticeKey = "erasures-stopped";

    /// <summary>Counts erasures, and stops when they are too many.</summary>
    /// <returns>Whether the brake is on.</returns>
    public async Task<bool> CountAsync(int erasures, CancellationToken cancellationToken)
    {
        var brake = await ChangeAsync(
            before => before.Count(erasures, clock.GetUtcNow(), options.MostAnHour), cancellationToken);
        if (brake.StoppedAt is { } since)
        {
            await NotifyAsync(since, cancellationToken);
        }

        return brake.StoppedAt is not null;
    }

    /// <summary>Whether the brake is on.</summary>
    public async Task<bool> IsStoppedAsync(CancellationToken cancellationToken) =>
        Of(await FindRowAsync(cancellationToken)).StoppedAt is not null;

    /// <summary>Releases the brake and counts from zero. Idempotent.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        await ChangeAsync(_ => ErasureBrake.Open, cancellationToken);
        await notices.CloseAsync(NoticeKey, cancellationToken);
    }

    private Task NotifyAsync(DateTimeOffset since, CancellationToken cancellationToken) => notices.OpenAsync(
        new(
            NoticeKey,
            "Erasures are stopped: too many within an hour",
            [
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"At {since.UtcDateTime:yyyy-MM-dd HH:mm} UTC more than {options.MostAnHour} erasures were asked for within an hour. "
                    + $"The leads are hidden, and nothing is destroyed until a person decides."),
                "GET /api/erasures lists them with their source.",
                "If they are right: POST /api/erasures/resume.",
                "If they are not, this restores them: "
                    + """POST /api/erasures/cancel with {"connector":"…","from":"…","to":"…","dryRun":true}. """
                + "Then find out who holds the key or the secret, change it, and resume.",
            ]),
        cancellationToken);

    private async Task<ErasureBrake> ChangeAsync(Func<ErasureBrake, ErasureBrake> change, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        return await HubPipelines.Optimistic.ExecuteAsync(async token =>
        {
            var row = await FindRowAsync(token);
            var changed = change(Of(row));
            var next = new TableEntity(Key, Key) { [Json] = JsonSerializer.Serialize(changed, HubJson.Options) };
            await (row is null
                ? table.AddEntityAsync(next, token)
                : table.UpdateEntityAsync(next, row.ETag, TableUpdateMode.Replace, token));
            return changed;
        }, cancellationToken);
    }

    private async Task<TableEntity?> FindRowAsync(CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.Erasures, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Key, Key, null, cancellationToken);
        return row.HasValue ? row.Value : null;
    }

    private static ErasureBrake Of(TableEntity? row) =>
        row is null ? ErasureBrake.Open : JsonSerializer.Deserialize<ErasureBrake>(row.GetString(Json)!, HubJson.Options)!;
}

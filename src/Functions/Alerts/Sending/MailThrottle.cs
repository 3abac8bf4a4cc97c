using System.Globalization;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Limits mails to <see cref="MailOptions.PerMinute"/> and
/// <see cref="MailOptions.PerHour"/> over all instances. One row holds the times of the last mails
/// and is changed under its ETag. Mails over the limit wait.</summary>
internal sealed class MailThrottle(HubTables tables, MailOptions options, TimeProvider clock)
{
    private const string Row = "throttle";
    private const string SentAt = "SentAt";
    private const string PausedUntil = "PausedUntil";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Returns when the next mail may go out; null for now.</summary>
    public async Task<DateTimeOffset?> ClosedUntilAsync(CancellationToken cancellationToken) => Opening(await ReadAsync(cancellationToken));

    /// <summary>Acquires a place for one mail.</summary>
    /// <returns>Whether it may go out now; false also after too many conflicts.</returns>
    public Task<bool> AcquireAsync(CancellationToken cancellationToken) =>
        TryChangeAsync(
            gate => Opening(gate) is null ? gate with { SentAt = [.. gate.SentAt, clock.GetUtcNow()] } : null, cancellationToken);

    /// <summary>Stops all mails for a while, because the server asked for it.</summary>
    public Task PauseAsync(TimeSpan wait, CancellationToken cancellationToken) =>
        TryChangeAsync(gate => gate with { PausedUntil = clock.GetUtcNow() + wait }, cancellationToken);

    /// <returns>Whether the gate was changed; false when nothing changed or after too many conflicts.</returns>
    private async Task<bool> TryChangeAsync(Func<Gate, Gate?> change, CancellationToken cancellationToken)
    {
        try
        {
            return await HubPipelines.Optimistic.ExecuteAsync(async token =>
            {
                if (change(await ReadAsync(token)) is not { } changed)
                {
                    return false;
                }

                await WriteAsync(changed, token);
                return true;
            }, cancellationToken);
        }
        catch (RequestFailedException lost) when (lost.IsConflict())
        {
            return false;
        }
    }

    private DateTimeOffset? Opening(Gate gate)
    {
        var now = clock.GetUtcNow();
        var opening = new[]
        {
            gate.PausedUntil,
            Opening(gate.SentAt, options.PerMinute, Minute),
            Opening(gate.SentAt, options.PerHour, Hour),
        }.Max();
        return opening > now ? opening : null;
    }

    /// <summary>Returns when the oldest of the last mails leaves the span, inclusive.</summary>
    private static DateTimeOffset? Opening(IReadOnlyList<DateTimeOffset> sentAt, int most, TimeSpan span) =>
        most == 0 || sentAt.Count < most ? null : sentAt[^most] + span;

    private async Task<Gate> ReadAsync(CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.MailGate, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Row, Row, cancellationToken: cancellationToken);
        return row.HasValue
            ? new(Read(LongText.Read(row.Value!, SentAt)), row.Value!.GetDateTimeOffset(PausedUntil), row.Value!.ETag)
            : new([], null, null);
    }

    private async Task WriteAsync(Gate gate, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.MailGate, cancellationToken);
        var since = clock.GetUtcNow() - Hour;
        var row = new TableEntity(Row, Row) { [PausedUntil] = gate.PausedUntil };
        LongText.Write(
            row, SentAt,
            string.Join(
                ' ',
                gate.SentAt.Where(sent => sent > since)
                    .Select(sent => sent.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture))));
        await (gate.Version is { } version
            ? table.UpdateEntityAsync(row, version, TableUpdateMode.Replace, cancellationToken)
            : table.AddEntityAsync(row, cancellationToken));
    }

    private static IReadOnlyList<DateTimeOffset> Read(string times) =>
        [
            .. times.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(time => DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(time, CultureInfo.InvariantCulture))),
        ];

    private sealed record Gate(IReadOnlyList<DateTimeOffset> SentAt, DateTimeOffset? PausedUntil, ETag? Version);
}

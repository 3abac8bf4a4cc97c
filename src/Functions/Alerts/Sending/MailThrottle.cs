using System.Globalization;
using Azure;
using Azure.Data.Tables;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>
/// Lets out no more mails than <see cref="MailOptions.PerMinute"/> and <see cref="MailOptions.PerHour"/> allow, all instances together: one row holds when the last ones went, and who adds to it
/// proves by its version that nobody else has. What it does not let out waits; nothing is dropped.
/// </summary>
public sealed class MailThrottle(HubTables tables, MailOptions options, TimeProvider clock)
{
    private const string Row = "throttle";
    private const string SentAt = "SentAt";
    private const string PausedUntil = "PausedUntil";
    private const int Tries = 5;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>When the next mail may go out; null for now.</summary>
    public async Task<DateTimeOffset?> ClosedUntilAsync(CancellationToken cancellationToken) => Opening(await ReadAsync(cancellationToken));

    /// <summary>Takes the place of one mail.</summary>
    /// <returns>Whether it may go out now.</returns>
    public async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var gate = await ReadAsync(cancellationToken);
            if (Opening(gate) is not null)
            {
                return false;
            }

            if (await TryWriteAsync(gate with { SentAt = [.. gate.SentAt, clock.GetUtcNow()] }, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Lets nothing out for a while, because the server asked for it.</summary>
    public async Task PauseAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var gate = await ReadAsync(cancellationToken);
            if (await TryWriteAsync(gate with { PausedUntil = clock.GetUtcNow() + wait }, cancellationToken))
            {
                return;
            }
        }
    }

    private DateTimeOffset? Opening(Gate gate)
    {
        var now = clock.GetUtcNow();
        var opening = new[] { gate.PausedUntil, Opening(gate.SentAt, options.PerMinute, Minute), Opening(gate.SentAt, options.PerHour, Hour) }.Max();
        return opening > now ? opening : null;
    }

    /// <summary>When the oldest of the last so many mails is as old as the span; at exactly that age the next may go.</summary>
    private static DateTimeOffset? Opening(IReadOnlyList<DateTimeOffset> sentAt, int most, TimeSpan span) =>
        most == 0 || sentAt.Count < most ? null : sentAt[^most] + span;

    private async Task<Gate> ReadAsync(CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.MailGate, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(Row, Row, cancellationToken: cancellationToken);
        return row.HasValue ? new(Read(LongText.Read(row.Value!, SentAt)), row.Value!.GetDateTimeOffset(PausedUntil), row.Value!.ETag) : new([], null, null);
    }

    private async Task<bool> TryWriteAsync(Gate gate, CancellationToken cancellationToken)
    {
        var table = await tables.GetAsync(HubTables.MailGate, cancellationToken);
        var since = clock.GetUtcNow() - Hour;
        var row = new TableEntity(Row, Row) { [PausedUntil] = gate.PausedUntil };
        LongText.Write(row, SentAt, string.Join(' ', gate.SentAt.Where(sent => sent > since).Select(sent => sent.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture))));
        try
        {
            _ = gate.Version is { } version ? await table.UpdateEntityAsync(row, version, TableUpdateMode.Replace, cancellationToken) : await table.AddEntityAsync(row, cancellationToken);
            return true;
        }
        catch (RequestFailedException lost) when (lost.Status is 409 or 412)
        {
            return false;
        }
    }

    private static IReadOnlyList<DateTimeOffset> Read(string times) =>
        [.. times.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(time => DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(time, CultureInfo.InvariantCulture)))];

    private sealed record Gate(IReadOnlyList<DateTimeOffset> SentAt, DateTimeOffset? PausedUntil, ETag? Version);
}

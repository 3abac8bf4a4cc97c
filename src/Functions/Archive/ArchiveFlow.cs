using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Archive;

/// <summary>Archives each delivery before it is processed, and forgets persons and days. Forgetting drops keys first,
/// so a body that a crash leaves is unreadable.</summary>
internal sealed partial class ArchiveFlow(
    ConnectorSet connectors, ArchiveStore archive, ArchiveKeyStore index, ArchiveOptions options, TimeProvider clock,
    ILogger<ArchiveFlow> logger) : IErasable
{
    /// <summary>The most blobs, and the most rows, that one sweep removes.</summary>
    private const int SweepSize = 5_000;

    /// <summary>Archives a delivery. Idempotent for a message and its delayed copies. A delivery that would leave the
    /// archive at once is not archived.</summary>
    /// <param name="read">The events that the delivery reads to.</param>
    /// <param name="asked">The dedupe keys of the events about which the vendor was asked.</param>
    /// <param name="answers">The vendor's answers.</param>
    public async Task AddAsync(
        Delivery delivery, string messageId, IReadOnlyList<SourceEvent> read, IReadOnlyCollection<string> asked,
        IReadOnlyList<SourceEvent> answers, CancellationToken cancellationToken)
    {
        var (root, name) = Of(delivery, messageId);
        if (IsExpired(name.Day))
        {
            return;
        }

        var named = ArchiveRules.NamedBy(delivery.Connector, read.Concat(answers));
        await archive.WriteAsync(name, new(root, [delivery], asked, answers), named, cancellationToken);
    }

    /// <summary>Takes persons out of one delivery, because they had been erased before it came.</summary>
    public Task ForgetAsync(
        Delivery delivery, string messageId, IReadOnlySet<IdentityKey> persons, CancellationToken cancellationToken) =>
        ForgetAsync(Of(delivery, messageId).Name, persons, cancellationToken);

    /// <summary>Takes an erased person out of every delivery that names them, or a deal of nobody else.</summary>
    public async Task EraseAsync(IReadOnlyCollection<IdentityKey> keys, CancellationToken cancellationToken)
    {
        var gone = keys.ToHashSet();
        var names = await index.NamingAsync(gone, cancellationToken).ToHashSetAsync(cancellationToken: cancellationToken);
        foreach (var name in names)
        {
            await ForgetAsync(name, gone, cancellationToken);
        }
    }

    /// <summary>A no-op: the archive names no leads.</summary>
    public Task EraseAsync(LeadId leadId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Removes the days that are older than <see cref="ArchiveOptions.KeepFor"/>, a bounded number of rows at a
    /// time. A day is unreadable from the first sweep on.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var day in (await index.DaysAsync(cancellationToken)).Where(IsExpired))
        {
            await index.DropDayKeyAsync(day, cancellationToken);
            if (!await archive.TryClearDayAsync(HubBlobs.Archive, day, SweepSize, cancellationToken)
                || !await index.TryRemoveDayAsync(day, SweepSize, cancellationToken))
            {
                Log.Partly(logger, day);
                return;
            }

            Log.Removed(logger, day);
        }
    }

    private bool IsExpired(string day) =>
        string.CompareOrdinal(day, ArchiveName.DayOf(clock.GetUtcNow() - options.KeepFor)) < 0;

    private static (string MessageId, ArchiveName Name) Of(Delivery delivery, string messageId)
    {
        var root = MessageSettler.WithoutAttempt(messageId);
        return (root, ArchiveName.Of(delivery.Connector, delivery.ReceivedAt, root));
    }

    /// <summary>Takes persons out of a delivery. What remains is stored under a new key before the old key is
    /// dropped.</summary>
    private async Task ForgetAsync(ArchiveName name, IReadOnlySet<IdentityKey> persons, CancellationToken cancellationToken)
    {
        var named = persons.ToHashSet();
        if (connectors.Find<IDeliveryReader>(name.Connector) is { } reader
            && await archive.ReadAsync(name, cancellationToken) is { } archived)
        {
            if (ArchiveRules.Without(archived, connectors, reader, persons) is { } rest)
            {
                await archive.WriteAsync(name.Next, rest, ArchiveRules.NamedBy(name.Connector, rest.AllEvents(reader)), cancellationToken);
            }

            named.UnionWith(ArchiveRules.NamedBy(name.Connector, archived.AllEvents(reader)));
        }

        await archive.RemoveAsync(name, named, cancellationToken);
        Log.Forgot(logger, name.Blob);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Archived delivery {Name} was rewritten without an erased person.")]
        public static partial void Forgot(ILogger logger, string name);

        [LoggerMessage(2, LogLevel.Information, "Day {Day} has left the archive.")]
        public static partial void Removed(ILogger logger, string day);

        [LoggerMessage(3, LogLevel.Information, "Day {Day} is unreadable and partly removed; the next sweep continues.")]
        public static partial void Partly(ILogger logger, string day);
    }
}

using System.Globalization;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Webhooks;

namespace IntegrationHub.Functions.Retention;

/// <summary>The spool, one partition after the other.</summary>
internal sealed class SpooledBodies(SpoolStore spool, ConnectorSet connectors) : IBodyPlace
{
    private const int Page = 100;
    private const char Separator = '|';

    /// <inheritdoc/>
    public string Name => "spool";

    /// <inheritdoc/>
    public async Task<BodyPage> SweepAsync(string? from, GonePersons gone, CancellationToken cancellationToken)
    {
        var (partition, after) = from?.Split(Separator, 2) is [var first, var second]
            ? (int.Parse(first, CultureInfo.InvariantCulture), second) : (0, "");
        var removed = new List<Spooled>();
        var waiting = await spool.ReadAsync(SpoolStore.Partitions[partition], after, Page, cancellationToken);
        foreach (var spooled in waiting)
        {
            if (await RestOfAsync(spooled, gone, cancellationToken) is { } rest)
            {
                await AddAsync(spooled, rest, cancellationToken);
                removed.Add(spooled);
            }
        }

        if (removed.Count > 0)
        {
            await spool.RemoveAsync(removed, cancellationToken);
        }

        return new(removed.Count, 0, NextOf(partition, waiting));
    }

    private static string? NextOf(int partition, IReadOnlyList<Spooled> waiting) =>
        waiting.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $"{partition}{Separator}{waiting[^1].RowKey}")
        : partition + 1 < SpoolStore.Partitions.Count ? string.Create(CultureInfo.InvariantCulture, $"{partition + 1}{Separator}")
        : null;

    private async Task<IReadOnlyList<Delivery>?> RestOfAsync(Spooled spooled, GonePersons gone, CancellationToken cancellationToken)
    {
        try
        {
            return DeliveryRest.Without(connectors, await spool.OpenAsync(spooled, cancellationToken), gone.Have);
        }
        catch (UnrecoverableMessageException)
        {
            return null;
        }
    }

    /// <summary>Spools what remains, under ids that a repeat finds again.</summary>
    private async Task AddAsync(Spooled spooled, IReadOnlyList<Delivery> rest, CancellationToken cancellationToken)
    {
        for (var number = 0; number < rest.Count; number++)
        {
            var message = InboundMessage.Write(rest[number]);
            message.MessageId = string.Create(CultureInfo.InvariantCulture, $"{spooled.RowKey}-rest-{number}");
            await spool.PutAsync(message, cancellationToken);
        }
    }
}

using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Reviews;

/// <summary>A delivery that waits for an answer.</summary>
/// <param name="MessageId">The message that brought it.</param>
/// <param name="Message">The message to queue again.</param>
public sealed record KeptDelivery(TableEntity Row, string MessageId, ServiceBusMessage Message);

/// <summary>The table <c>Reviews</c>: the questions, each with its raw waiting deliveries. An answered question stays
/// for the next event with the same keys.</summary>
public sealed class ReviewStore(HubTables tables, PersonKeys keys, BodyStore bodies, ConnectorSet connectors)
    : IErasable, IErasableByKey
{
    private const string Table = "Reviews", Partition = "review", JsonColumn = "Json", OpenColumn = "Open", MessageIdColumn = "MessageId";

    /// <summary>Asks a question. A no-op when it exists.</summary>
    /// <returns>The stored question, which may have an answer.</returns>
    public async Task<Review> AskAsync(Review review, CancellationToken cancellationToken)
    {
        var reviews = await tables.GetAsync(Table, cancellationToken);
        try
        {
            await reviews.AddEntityAsync(ToRow(review), cancellationToken);
            return review;
        }
        catch (RequestFailedException there) when (there.IsAlreadyThere())
        {
            return await FindAsync(review.Id, cancellationToken) ?? await AskAsync(review, cancellationToken);
        }
    }

    /// <summary>Returns a question; null for none.</summary>
    public async Task<Review?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var reviews = await tables.GetAsync(Table, cancellationToken);
        var row = await reviews.GetEntityIfExistsAsync<TableEntity>(Partition, id, null, cancellationToken);
        return row.HasValue ? FromRow(row.Value!) : null;
    }

    /// <summary>Returns the open questions, oldest first.</summary>
    public async Task<IReadOnlyList<Review>> OpenAsync(CancellationToken cancellationToken) =>
        [
            .. (await ListAsync(TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and Open eq true"), cancellationToken))
                .OrderBy(review => review.OpenedAt).ThenBy(review => review.Id, StringComparer.Ordinal),
        ];

    /// <summary>Returns the answered questions.</summary>
    public async Task<IReadOnlyList<Review>> AnsweredAsync(CancellationToken cancellationToken) =>
        await ListAsync(TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and Open eq false"), cancellationToken);

    /// <summary>Stores an answer. A no-op when there is one.</summary>
    /// <returns>The stored question.</returns>
    public async Task<Review?> DecideAsync(string id, ReviewDecision decision, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var reviews = await tables.GetAsync(Table, cancellationToken);
        return await HubPipelines.Optimistic.ExecuteAsync(async token =>
        {
            var row = await reviews.GetEntityIfExistsAsync<TableEntity>(Partition, id, null, token);
            if (!row.HasValue || FromRow(row.Value!) is not { Decision: null } open)
            {
                return row.HasValue ? FromRow(row.Value!) : null;
            }

            var decided = open with { Decision = decision, DecidedAt = now };
            await reviews.UpdateEntityAsync(ToRow(decided), row.Value!.ETag, TableUpdateMode.Replace, token);
            return decided;
        }, cancellationToken);
    }

    /// <summary>Stores a delivery until a question is answered. Idempotent.</summary>
    public async Task ParkAsync(string reviewId, Delivery delivery, string messageId, CancellationToken cancellationToken)
    {
        var reviews = await tables.GetAsync(Table, cancellationToken);
        var row = new TableEntity(KeptPartition(reviewId), $"{reviewId}-{TableKey.Hash(messageId)}") { [MessageIdColumn] = messageId };
        await PersonIndex.AddAsync(reviews, row, DeliveryKeys.Named(connectors, delivery), keys, cancellationToken);
        MessageRow.Write(row, await bodies.FitAsync(InboundMessage.Write(delivery), MessageRow.LargestBody, cancellationToken));
        await reviews.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> FindAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        var reviews = await tables.GetAsync(Table, cancellationToken);
        return [.. (await PersonIndex.FindAsync(reviews, key, keys, cancellationToken)).Select(row => $"reviews/{row.Row}")];
    }

    /// <summary>Removes the waiting deliveries that a key is in.</summary>
    public async Task EraseAsync(IdentityKey key, CancellationToken cancellationToken)
    {
        var reviews = await tables.GetAsync(Table, cancellationToken);
        await PersonIndex.EraseAsync(reviews, key, keys, cancellationToken);
    }

    /// <summary>Returns the deliveries that wait for an answer.</summary>
    public async Task<IReadOnlyList<KeptDelivery>> KeptAsync(string reviewId, CancellationToken cancellationToken)
    {
        var kept = new List<KeptDelivery>();
        var reviews = await tables.GetAsync(Table, cancellationToken);
        await foreach (var row in reviews.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {KeptPartition(reviewId)}"), cancellationToken: cancellationToken))
        {
            kept.Add(new(row, row.GetString(MessageIdColumn)!, MessageRow.Read(row)));
        }

        return kept;
    }

    /// <summary>Removes a delivery that was queued again.</summary>
    public async Task RemoveAsync(KeptDelivery kept, CancellationToken cancellationToken)
    {
        var reviews = await tables.GetAsync(Table, cancellationToken);
        await PersonIndex.RemoveAsync(reviews, kept.Row, ETag.All, cancellationToken);
    }

    public async Task RemoveAsync(string reviewId, CancellationToken cancellationToken)
    {
        var reviews = await tables.GetAsync(Table, cancellationToken);
        await reviews.DeleteEntityAsync(Partition, reviewId, ETag.All, cancellationToken);
    }

    /// <summary>Removes every question that names a lead, or whose answer made it, with
    /// the waiting deliveries.</summary>
    public async Task EraseAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var all = await ListAsync(TableClient.CreateQueryFilter($"PartitionKey eq {Partition}"), cancellationToken);
        foreach (var review in all.Where(
            review => review.LeadId == leadId
                || review.Leads.Contains(leadId)
                || review.Records.Any(record => keys.IsFirstKey(record, leadId))))
        {
            foreach (var kept in await KeptAsync(review.Id, cancellationToken))
            {
                await RemoveAsync(kept, cancellationToken);
            }

            await RemoveAsync(review.Id, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<Review>> ListAsync(string filter, CancellationToken cancellationToken)
    {
        var found = new List<Review>();
        var reviews = await tables.GetAsync(Table, cancellationToken);
        await foreach (var row in reviews.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            found.Add(FromRow(row));
        }

        return found;
    }

    private static string KeptPartition(string reviewId) => $"kept-{reviewId}";

    private static TableEntity ToRow(Review review)
    {
        var row = new TableEntity(Partition, review.Id) { [OpenColumn] = review.Decision is null };
        LongText.Write(row, JsonColumn, JsonSerializer.Serialize(review, HubJson.Options));
        return row;
    }

    private static Review FromRow(TableEntity row) => JsonSerializer.Deserialize<Review>(LongText.Read(row, JsonColumn), HubJson.Options)!;
}

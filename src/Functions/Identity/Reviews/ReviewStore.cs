using System.Globalization;
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
internal sealed record KeptDelivery(TableEntity Row, string MessageId, ServiceBusMessage Message);

/// <summary>The table <c>Reviews</c>: the questions in one partition, each with its raw waiting deliveries in another. An
/// answered question stays for the next event with the same keys. Beside each question stand rows by which it is found:
/// by its leads, and by its age while it is open. They are written in its transactions.</summary>
internal sealed class ReviewStore(HubTables tables, PersonKeys keys, BodyStore bodies, ConnectorSet connectors)
    : IErasable, IErasableByKey
{
    private const string Table = "Reviews", Partition = "review", JsonColumn = "Json", OpenColumn = "Open", MessageIdColumn = "MessageId";
    private const string OpenPrefix = "open-", AfterOpen = "open.", LeadPrefix = "lead-";

    /// <summary>The column of a question that names the leads by which it is found.</summary>
    private const string LeadsColumn = "Leads";

    /// <summary>Asks a question. A no-op when it exists.</summary>
    /// <returns>The stored question, which may have an answer.</returns>
    public async Task<Review> AskAsync(Review review, CancellationToken cancellationToken)
    {
        var reviews = await tables.GetAsync(Table, cancellationToken);
        try
        {
            await reviews.SubmitTransactionAsync(
                RowsOf(review).Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)), cancellationToken);
            return review;
        }
        catch (RequestFailedException there) when (there.IsAlreadyThere())
        {
            return await FindAsync(review.Id, cancellationToken) ?? await AskAsync(review, cancellationToken);
        }
    }

    /// <summary>Returns a question; null for none.</summary>
    public async Task<Review?> FindAsync(string id, CancellationToken cancellationToken) =>
        await FindRowAsync(id, cancellationToken) is { } row ? FromRow(row) : null;

    /// <summary>Returns a page of the open questions, oldest first.</summary>
    public async Task<ListPage<Review>> OpenAsync(PageRequest page, CancellationToken cancellationToken)
    {
        var reviews = await tables.GetAsync(Table, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and RowKey ge {OpenPrefix} and RowKey lt {AfterOpen}");
        var rows = await reviews.PageAsync(filter, page, columns: null, cancellationToken);
        return new([.. rows.Items.Select(FromRow)], rows.Next);
    }

    /// <summary>Returns the questions that name a lead, or whose answer made it, answered ones too.</summary>
    public async Task<IReadOnlyList<Review>> AboutAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        var reviews = await tables.GetAsync(Table, cancellationToken);
        var (first, end) = ($"{LeadPrefix}{leadId}-", $"{LeadPrefix}{leadId}.");
        var index = await reviews.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and RowKey ge {first} and RowKey lt {end}"),
            select: ["RowKey"], cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        var found = await Task.WhenAll(index.Select(row => FindAsync(row.RowKey[first.Length..], cancellationToken)));
        return [.. found.OfType<Review>()];
    }

    /// <summary>Returns the open questions that name one of the leads or records, oldest first.</summary>
    public async Task<IReadOnlyList<Review>> OpenAboutAsync(
        IReadOnlyCollection<LeadId> leads, IReadOnlyCollection<IdentityKey> records, CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(
            leads.Concat(records.SelectMany(LeadsOf)).Distinct().Select(lead => AboutAsync(lead, cancellationToken)));
        return
        [
            .. found.SelectMany(reviews => reviews).DistinctBy(review => review.Id)
                .Where(review => review.Decision is null && (review.Leads.Any(leads.Contains) || review.Records.Any(records.Contains)))
                .OrderBy(review => review.OpenedAt),
        ];
    }

    /// <summary>Returns the answered questions. It reads all questions.</summary>
    public async Task<IReadOnlyList<Review>> AnsweredAsync(CancellationToken cancellationToken)
    {
        var reviews = await tables.GetAsync(Table, cancellationToken);
        var rows = reviews.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and Open eq false"), cancellationToken: cancellationToken);
        return await rows.Select(FromRow).ToListAsync(cancellationToken);
    }

    /// <summary>Stores an answer. A no-op when there is one.</summary>
    /// <returns>The stored question.</returns>
    public async Task<Review?> DecideAsync(string id, ReviewDecision decision, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var reviews = await tables.GetAsync(Table, cancellationToken);
        return await HubPipelines.Optimistic.ExecuteAsync(async token =>
        {
            if (await FindRowAsync(id, token) is not { } row || FromRow(row) is not { Decision: null } open)
            {
                return await FindAsync(id, token);
            }

            var decided = open with { Decision = decision, DecidedAt = now };
            await reviews.SubmitTransactionAsync(
                [
                    new(
                        TableTransactionActionType.UpdateReplace,
                        Write(new(Partition, id) { [LeadsColumn] = row.GetString(LeadsColumn), [OpenColumn] = false }, decided), row.ETag),
                    new(TableTransactionActionType.Delete, new TableEntity(Partition, OpenRow(open)), ETag.All),
                ],
                token);
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
        await foreach (var row in reviews.QueryAsync<TableEntity>(KeptFilter(reviewId), cancellationToken: cancellationToken))
        {
            kept.Add(new(row, row.GetString(MessageIdColumn)!, MessageRow.Read(row)));
        }

        return kept;
    }

    /// <summary>Counts the deliveries that wait for an answer, up to a page.</summary>
    public async Task<int> CountKeptAsync(string reviewId, CancellationToken cancellationToken)
    {
        var reviews = await tables.GetAsync(Table, cancellationToken);
        return (await reviews.PageAsync(KeptFilter(reviewId), PageRequest.First, ["RowKey"], cancellationToken)).Items.Count;
    }

    /// <summary>Removes a delivery that was queued again.</summary>
    public async Task RemoveAsync(KeptDelivery kept, CancellationToken cancellationToken)
    {
        var reviews = await tables.GetAsync(Table, cancellationToken);
        await PersonIndex.RemoveAsync(reviews, kept.Row, ETag.All, cancellationToken);
    }

    /// <summary>Removes a question. Idempotent.</summary>
    public async Task RemoveAsync(string reviewId, CancellationToken cancellationToken)
    {
        var reviews = await tables.GetAsync(Table, cancellationToken);
        await HubPipelines.Optimistic.ExecuteAsync(async token =>
        {
            if (await FindRowAsync(reviewId, token) is { } row)
            {
                var index = IndexOf(FromRow(row), row.GetString(LeadsColumn)!);
                await reviews.SubmitTransactionAsync(
                    [
                        new(TableTransactionActionType.Delete, row, row.ETag),
                        .. index.Select(each => new TableTransactionAction(TableTransactionActionType.Delete, each, ETag.All)),
                    ],
                    token);
            }
        }, cancellationToken);
    }

    /// <summary>Removes every question that names a lead, or whose answer made it, with
    /// the waiting deliveries.</summary>
    public async Task EraseAsync(LeadId leadId, CancellationToken cancellationToken)
    {
        foreach (var review in await AboutAsync(leadId, cancellationToken))
        {
            foreach (var kept in await KeptAsync(review.Id, cancellationToken))
            {
                await RemoveAsync(kept, cancellationToken);
            }

            await RemoveAsync(review.Id, cancellationToken);
        }
    }

    /// <summary>Returns the rows of a new question: its own, and those by which it is found.</summary>
    internal IReadOnlyList<TableEntity> RowsOf(Review review)
    {
        var leads = review.Leads.Concat(review.Records.SelectMany(LeadsOf)).Append(review.LeadId).OfType<LeadId>().Distinct();
        var names = string.Join(',', leads);
        return
        [
            Write(new(Partition, review.Id) { [LeadsColumn] = names, [OpenColumn] = review.Decision is null }, review),
            .. IndexOf(review, names),
        ];
    }

    /// <summary>Returns the rows by which a question is found.</summary>
    /// <param name="leads">The leads that its row names. Another pepper would make others.</param>
    private static IEnumerable<TableEntity> IndexOf(Review review, string leads)
    {
        var named = leads.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(lead => new TableEntity(Partition, $"{LeadPrefix}{lead}-{review.Id}"));
        return review.Decision is null ? named.Append(Write(new(Partition, OpenRow(review)), review)) : named;
    }

    /// <summary>Returns the leads that a record may have made, with any pepper.</summary>
    private IEnumerable<LeadId> LeadsOf(IdentityKey record) => keys.Versions.Select(version => version.LeadOf(record));

    private async Task<TableEntity?> FindRowAsync(string id, CancellationToken cancellationToken)
    {
        var reviews = await tables.GetAsync(Table, cancellationToken);
        var row = await reviews.GetEntityIfExistsAsync<TableEntity>(Partition, id, null, cancellationToken);
        return row.HasValue ? row.Value : null;
    }

    private static string KeptPartition(string reviewId) => $"kept-{reviewId}";

    private static string KeptFilter(string reviewId) => TableClient.CreateQueryFilter($"PartitionKey eq {KeptPartition(reviewId)}");

    private static string OpenRow(Review review) =>
        string.Create(CultureInfo.InvariantCulture, $"{OpenPrefix}{review.OpenedAt.UtcTicks:D19}-{review.Id}");

    private static TableEntity Write(TableEntity row, Review review)
    {
        LongText.Write(row, JsonColumn, JsonSerializer.Serialize(review, HubJson.Options));
        return row;
    }

    private static Review FromRow(TableEntity row) => JsonSerializer.Deserialize<Review>(LongText.Read(row, JsonColumn), HubJson.Options)!;
}

using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Lists the people of one organisation: the leads by id, then the contacts.</summary>
internal sealed class SalesforcePeople(SalesforceClient client)
{
    private const char Separator = ':';

    private static readonly PolledObject[] Types = [PolledObject.Lead, PolledObject.Contact];

    /// <param name="after">The object and the last id, such as <c>Lead:00Q…</c>; null for the first page.</param>
    public async Task<PersonPage> ListAsync(string? after, CancellationToken cancellationToken)
    {
        var (type, id) = after?.Split(Separator, 2) is [var name, var last]
            ? (Enum.Parse<PolledObject>(name), last) : (Types[0], "");
        var rows = await RowsAsync(Soql.People(type, id.Length == 0 ? null : id), cancellationToken);
        var next = rows.Count >= Soql.PageSize ? $"{type}{Separator}{rows[^1].Id}"
            : type == Types[^1] ? null
            : $"{Types[^1]}{Separator}";
        return new([.. rows.Select(ToListed)], next);
    }

    public async Task<IReadOnlySet<string>> ExistingAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        var queries = ids.GroupBy(TypeOf).SelectMany(
            type => type.Chunk(Soql.IdsPerQuery).Select(chunk => RowsAsync(Soql.Existing(type.Key, chunk), cancellationToken)));
        return (await Task.WhenAll(queries)).SelectMany(rows => rows).Select(row => row.Id).ToHashSet(StringComparer.Ordinal);
    }

    private async Task<IReadOnlyList<SalesforceRecord>> RowsAsync(string query, CancellationToken cancellationToken) =>
        [.. (await client.QueryAsync(query, cancellationToken)).SelectMany(page => page.Page.Records)];

    private static PolledObject TypeOf(string id) =>
        id.StartsWith(SalesforceId.ContactPrefix, StringComparison.Ordinal) ? PolledObject.Contact : PolledObject.Lead;

    private static ListedPerson ToListed(SalesforceRecord row) => new(
        row.Id, EmailAddress.TryParse(row.Text("Email"), out var email) ? email : null, row.Instant("SystemModstamp"));
}

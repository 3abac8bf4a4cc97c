using System.Globalization;
using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>The rest of queries that did not fit one page. The latest 500 are kept.</summary>
internal sealed class SalesforceCursors
{
    private const int Kept = 500;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (List<JsonObject> Records, int PageSize)> _open = [];
    private readonly Queue<string> _order = new();

    /// <summary>The first page of what a query found.</summary>
    public JsonObject First(List<JsonObject> records, int total, int pageSize, string version)
    {
        if (records.Count <= pageSize)
        {
            return SalesforceJson.Page(records, total, null);
        }

        var id = $"01g{Guid.NewGuid().ToString("N")[..15]}";
        lock (_lock)
        {
            _open[id] = (records, pageSize);
            _order.Enqueue(id);
            if (_order.Count > Kept)
            {
                _open.Remove(_order.Dequeue());
            }
        }

        return Next($"{id}-0", version);
    }

    /// <summary>The page that a locator like <c>01g…-2000</c> names.</summary>
    public JsonObject Next(string locator, string version)
    {
        var parts = locator.Split('-');
        lock (_lock)
        {
            if (parts.Length != 2
                || !_open.TryGetValue(parts[0], out var open)
                || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var from))
            {
                throw new SalesforceException(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
            }

            var end = from + open.PageSize;
            var next = end < open.Records.Count ? $"/services/data/v{version}/query/{parts[0]}-{end}" : null;
            return SalesforceJson.Page(open.Records.Skip(from).Take(open.PageSize).Select(record => (JsonObject)record.DeepClone()), open.Records.Count, next);
        }
    }
}

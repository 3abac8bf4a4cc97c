using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using IntegrationHub.Connectors.Tests.Common;

namespace IntegrationHub.Connectors.Tests.Salesforce;

/// <summary>Leads of an organisation that answers the hub's polls, in pages.</summary>
internal sealed partial class FakeOrganisation(int pageSize = 2000)
{
    private readonly List<(string Id, DateTimeOffset At)> _leads = [];
    private List<(string Id, DateTimeOffset At)> _rest = [];

    public void Add(string id, DateTimeOffset at) => _leads.Add((id, at));

    public HttpResponseMessage Answer(Asked asked)
    {
        if (asked.Path.EndsWith("/services/oauth2/token", StringComparison.Ordinal))
        {
            return VendorStub.Json("""{"access_token":"token-1","instance_url":"https://instance.my.salesforce.com","id":"https://login.test/id/00D5g000001AbCdEAK/0055g00000HubHubAA"}""");
        }

        if (asked.Path.Contains("/query/more-", StringComparison.Ordinal))
        {
            return Page(_rest);
        }

        if (!asked.Query.Contains("FROM Lead", StringComparison.Ordinal))
        {
            return Page([]);
        }

        var rows = _leads.OrderBy(row => row.At).ThenBy(row => row.Id, StringComparer.Ordinal).Where(Condition(asked.Query));
        return Page([.. rows.Take(2000)]);
    }

    private HttpResponseMessage Page(List<(string Id, DateTimeOffset At)> rows)
    {
        _rest = [.. rows.Skip(pageSize)];
        var page = new JsonObject
        {
            ["done"] = _rest.Count == 0,
            ["records"] = new JsonArray([.. rows.Take(pageSize).Select(row => new JsonObject
            {
                ["attributes"] = new JsonObject { ["type"] = "Lead" },
                ["Id"] = row.Id,
                ["SystemModstamp"] = row.At.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture),
            })]),
        };
        if (_rest.Count > 0)
        {
            page["nextRecordsUrl"] = $"/services/data/v60.0/query/more-{_rest.Count}";
        }

        return VendorStub.Json(page.ToJsonString(), HttpStatusCode.OK);
    }

    private static Func<(string Id, DateTimeOffset At), bool> Condition(string query)
    {
        var match = Where().Match(query);
        Assert.True(match.Success, query);
        var at = DateTimeOffset.Parse(match.Groups["at"].Value, CultureInfo.InvariantCulture);
        return match.Groups["id"] is { Success: true, Value: var id }
            ? row => row.At > at || (row.At == at && string.CompareOrdinal(row.Id, id) > 0)
            : row => row.At >= at;
    }

    [GeneratedRegex(@"WHERE (?:SystemModstamp >= (?<at>\S+)|\(SystemModstamp > (?<at>\S+) OR \(SystemModstamp = \k<at> AND Id > '(?<id>\w+)'\)\)) ORDER BY SystemModstamp, Id LIMIT 2000$")]
    private static partial Regex Where();
}

using System.Globalization;
using System.Net;
using System.Text;
using IntegrationHub.Sandbox.HubSpot;
using IntegrationHub.Sandbox.Salesforce;

namespace IntegrationHub.Sandbox.Control;

/// <summary>A page of what both tools hold, latest first.</summary>
internal static class StatePage
{
    public static readonly string[] HubSpotTypes = ["contacts", "deals", "companies", "tasks", "notes"];
    public static readonly string[] SalesforceTypes = ["Lead", "Contact", "Account", "Opportunity", "OpportunityContactRole", "Task", "Event", "Campaign", "CampaignMember", "User"];

    private const int Most = 200;
    private static readonly string[] Uninteresting = ["hs_object_id", "IsDeleted", "CreatedById", "LastModifiedById", "LastModifiedDate"];

    public static string Html(HubSpotState hubSpot, SalesforceState salesforce)
    {
        var page = new StringBuilder("""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sandbox</title><style>
            body{font:14px system-ui;margin:1rem 2rem;color:#222}table{border-collapse:collapse;margin-bottom:1rem;display:block;overflow-x:auto}
            td,th{border:1px solid #ddd;padding:.2rem .5rem;text-align:left;white-space:nowrap}th{background:#f5f5f5}h2{margin-top:2rem}
            </style></head><body><h1>Sandbox</h1>
            <p>What the two tools hold at present. <a href="/sandbox/state">As JSON</a> · <a href="/sandbox/calls">calls</a> · <a href="/sandbox/faults">troubles</a> · <a href="/sandbox/hubspot/webhooks">webhooks</a></p>
            <h2>HubSpot</h2>
            """);
        foreach (var type in HubSpotTypes)
        {
            Table(page, type, [.. hubSpot.All(type).Select(record => (
                $"{record.Id}",
                (IReadOnlyDictionary<string, object?>)record.Properties.ToDictionary(pair => pair.Key, pair => (object?)pair.Value)))]);
        }

        page.Append("<h2>Salesforce</h2>");
        foreach (var type in SalesforceTypes)
        {
            Table(page, type, [.. salesforce.All(type).Select(record => (record.Id, record.Fields))]);
        }

        return page.Append("</body></html>").ToString();
    }

    private static void Table(StringBuilder page, string title, IReadOnlyList<(string Id, IReadOnlyDictionary<string, object?> Values)> records)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h3>{Encoded(title)} ({records.Count})</h3>");
        if (records.Count == 0)
        {
            return;
        }

        var shown = records.Reverse().Take(Most).ToList();
        var columns = shown
            .SelectMany(record => record.Values.Where(pair => pair.Value is not (null or false)).Select(pair => pair.Key))
            .Distinct()
            .Where(column => column != "Id" && !Uninteresting.Contains(column))
            .ToList();
        page.Append("<table><tr><th>id</th>");
        columns.ForEach(column => page.Append(CultureInfo.InvariantCulture, $"<th>{Encoded(column)}</th>"));
        foreach (var (id, values) in shown)
        {
            page.Append(CultureInfo.InvariantCulture, $"</tr><tr><td>{Encoded(id)}</td>");
            columns.ForEach(column => page.Append(CultureInfo.InvariantCulture, $"<td>{Encoded(values.GetValueOrDefault(column))}</td>"));
        }

        page.Append("</tr></table>");
    }

    private static string Encoded(object? value) => WebUtility.HtmlEncode(value is DateTimeOffset time
        ? time.ToString("u", CultureInfo.InvariantCulture)
        : Convert.ToString(value, CultureInfo.InvariantCulture)) ?? "";
}

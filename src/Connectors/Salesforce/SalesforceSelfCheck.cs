using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Asks a Salesforce organisation whether it is set up for the hub: sign-in and organisation, fields,
/// stages.</summary>
internal sealed class SalesforceSelfCheck(SalesforceClient client, SalesforceOptions options)
{
    private const string Currency = "CurrencyIsoCode";

    public async Task<SelfCheck> RunAsync(CancellationToken cancellationToken)
    {
        var (findings, stages) = (new List<SelfCheckFinding>(), new List<VendorStage>());
        await TryAsync(findings, "Lead", async () =>
        {
            var fields = await client.FieldsAsync("Lead", cancellationToken);
            findings.Add(ExternalId(fields, "Lead", nameof(SalesforceOptions.LeadExternalIdField), options.LeadExternalIdField));
            if (options.ReturnReasonField is { } reason)
            {
                findings.Add(Exists(fields, "Lead", nameof(SalesforceOptions.ReturnReasonField), reason));
            }
        });
        await TryAsync(findings, "Task", async () => findings.Add(ExternalId(
            await client.FieldsAsync("Task", cancellationToken), "Task", nameof(SalesforceOptions.TaskExternalIdField),
            options.TaskExternalIdField)));
        await TryAsync(findings, "Opportunity", async () =>
            findings.Add(Currencies(await client.FieldsAsync("Opportunity", cancellationToken))));
        await TryAsync(findings, "LeadStatus and OpportunityStage", async () =>
        {
            stages.AddRange(await StatusesAsync(findings, cancellationToken));
            stages.AddRange(await OpportunityStagesAsync(cancellationToken));
        });
        findings.Add(new(
            "", null, "Salesforce shows outbound messages and change events only in Setup: look there for the address of the hub."));
        return new(findings, stages);
    }

    private async Task<IReadOnlyList<VendorStage>> StatusesAsync(List<SelfCheckFinding> findings, CancellationToken cancellationToken)
    {
        var rows = await RowsAsync("SELECT Id, ApiName, MasterLabel, IsConverted FROM LeadStatus", cancellationToken);
        var names = rows.Select(row => row.Text("ApiName") ?? "").ToHashSet(StringComparer.OrdinalIgnoreCase);
        findings.AddRange(Missing(nameof(SalesforceOptions.InitialStatuses), options.InitialStatuses, names));
        findings.AddRange(Missing(nameof(SalesforceOptions.ReturnStatuses), options.ReturnStatuses, names));

        // A status of a return is not a stage: the lead goes back.
        return
        [
            .. rows.Where(row => !options.ReturnStatuses.Contains(row.Text("ApiName"), StringComparer.OrdinalIgnoreCase))
                .Select(row => new VendorStage(StageMapKind.Person, row.Text("ApiName")!, row.Text("MasterLabel"), null)),
        ];
    }

    private async Task<IReadOnlyList<VendorStage>> OpportunityStagesAsync(CancellationToken cancellationToken)
    {
        var rows = await RowsAsync("SELECT Id, ApiName, MasterLabel, IsClosed, IsWon FROM OpportunityStage WHERE IsActive = true",
            cancellationToken);
        return
        [
            .. rows.Select(row => new VendorStage(
                StageMapKind.Deal, row.Text("ApiName")!, row.Text("MasterLabel"),
                row.Flag("IsWon") == true ? DealStageMeaning.Won : row.Flag("IsClosed") == true ? DealStageMeaning.Lost : null)),
        ];
    }

    private async Task<IReadOnlyList<JsonRow>> RowsAsync(string query, CancellationToken cancellationToken) =>
    [
        .. (await client.QueryAsync(query, cancellationToken)).SelectMany(page => JsonRow.Of(page.Body)),
    ];

    private SelfCheckFinding Currencies(IReadOnlyDictionary<string, JsonElement> fields)
    {
        var has = fields.ContainsKey(Currency);
        return new(
            nameof(SalesforceOptions.MultiCurrency), has == options.MultiCurrency,
            has ? "the organisation has several currencies, so it must be true" : "the organisation has one currency, so it must be false");
    }

    private static IEnumerable<SelfCheckFinding> Missing(string setting, IEnumerable<string> wanted, HashSet<string> known) =>
        from status in wanted
        where !known.Contains(status)
        select new SelfCheckFinding(setting, false, $"the lead status {status} does not exist; it has {string.Join(", ", known)}");

    private static SelfCheckFinding Exists(IReadOnlyDictionary<string, JsonElement> fields, string type, string setting, string name) =>
        fields.ContainsKey(name)
            ? new(setting, true, $"the field {name} of {type} exists")
            : new(setting, false, $"the field {name} of {type} does not exist, or the user of the hub may not see it");

    private static SelfCheckFinding ExternalId(IReadOnlyDictionary<string, JsonElement> fields, string type, string setting, string name) =>
        Exists(fields, type, setting, name) is { IsRight: true } found
            && !(fields[name].TryGetProperty("externalId", out var external) && external.ValueKind == JsonValueKind.True)
                ? found with { IsRight = false, Says = $"the field {name} of {type} must be an external id, unique" }
                : Exists(fields, type, setting, name);

    private static async Task TryAsync(List<SelfCheckFinding> findings, string what, Func<Task> readAsync)
    {
        try
        {
            await readAsync();
            findings.Add(new("", true, $"{what} can be read"));
        }
        catch (VendorRefusedException refused)
        {
            findings.Add(new("", false, $"{what} cannot be read ({(int)refused.Status}): give the user of the hub access to it"));
        }
    }

    /// <summary>A row of a query that no event is made of.</summary>
    private sealed record JsonRow(JsonElement Row)
    {
        public static IEnumerable<JsonRow> Of(byte[] page)
        {
            using var parsed = JsonDocument.Parse(page);
            return [.. parsed.RootElement.GetProperty("records").EnumerateArray().Select(row => new JsonRow(row.Clone()))];
        }

        public string? Text(string name) =>
            Row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

        public bool? Flag(string name) => Row.TryGetProperty(name, out var value)
            ? value.ValueKind == JsonValueKind.True : null;
    }
}

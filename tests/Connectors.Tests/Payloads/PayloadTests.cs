using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using IntegrationHub.Connectors.Recorded;

namespace IntegrationHub.Connectors.Tests.Payloads;

/// <summary>Every recorded delivery against what a correct hub makes of it.</summary>
public sealed class PayloadTests
{
    /// <summary>What an expected event may say beside its fixed fields.</summary>
    private static readonly string[] Optional = ["unmapped", "stale", "previousEmail", "removed", "reason"];

    /// <summary>A field that is compared only where the case has it.</summary>
    private const string NeedsEnrichment = "needsEnrichment";

    private static readonly string[] Fields =
        ["kind", "subjectEmail", "externalIds", "fromStageRaw", "toStageRaw", "expectedFunnelStage", "occurredAtUtc", "currency", .. Optional];

    public static TheoryData<string> Cases => [.. Corpus.Cases];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void The_corpus_is_there() => Assert.True(Cases.Count >= 22);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_recorded_delivery_is_read_as_expected(string recorded)
    {
        var expected = await ExpectedAsync(recorded);

        var actual = await ReadAsync(recorded);

        Assert.Equal((bool)expected["accept"]! ? "accepted" : "rejected", (string?)actual["verdict"]);
        Assert.Equal((string?)expected["vendor"], (string?)actual["connector"]);
        Assert.NotEqual("", (string?)actual["reason"]);
        Assert.Equal((string?)expected["nextCursor"], (string?)actual["nextCursor"]);
        var events = expected["events"]!.AsArray();
        Assert.Equal(events.Count, actual["events"]!.AsArray().Count);
        Assert.All(events, (item, i) => AssertSame(item!.AsObject(), actual["events"]![i]!.AsObject()));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Reading_twice_gives_the_same(string recorded) =>
        Assert.Equal((await ReadAsync(recorded)).ToJsonString(), (await ReadAsync(recorded)).ToJsonString());

    [Fact]
    public async Task Two_events_of_the_corpus_are_the_same_exactly_when_they_should_be()
    {
        var pairs = new HashSet<(string Expected, string Read)>();
        foreach (var recorded in Corpus.Cases)
        {
            var expected = await ExpectedAsync(recorded);
            pairs.UnionWith(expected["events"]!.AsArray().Zip((await ReadAsync(recorded))["events"]!.AsArray(), (one, other) => (Key((string)one!["dedupeKey"]!), (string)other!["dedupeKey"]!)));

            // A key that does not begin with the vendor counts within its case.
            string Key(string key) => key.Contains('|', StringComparison.Ordinal) ? key : $"{recorded} {key}";
        }

        Assert.NotEmpty(pairs);
        Assert.Equal(pairs.Count, pairs.Select(pair => pair.Expected).Distinct().Count());
        Assert.Equal(pairs.Count, pairs.Select(pair => pair.Read).Distinct().Count());
    }

    [Fact]
    public async Task A_case_that_is_not_there_is_an_error_and_not_a_crash()
    {
        var reading = await Corpus.Reader.ReadAsync(Path.Combine(Corpus.Folder, "hubspot", "nowhere.http"), Stop);

        Assert.Equal(CaseVerdict.Error, reading.Verdict);
        Assert.Empty(reading.Events);
    }

    [Theory]
    [InlineData("# vendor: nobody\nPOST /api/webhooks/nobody HTTP/1.1\n", CaseVerdict.Error)]
    [InlineData("# vendor: hubspot\n", CaseVerdict.Error)]
    [InlineData("# vendor: hubspot\nPOST /api/webhooks/hubspot HTTP/1.1\nno header\n", CaseVerdict.Error)]
    [InlineData("# vendor: hubspot\n# verify-at: tomorrow\nPOST /api/webhooks/hubspot HTTP/1.1\n", CaseVerdict.Error)]
    [InlineData("# vendor: hubspot\nPOST /api/webhooks/hubspot HTTP/1.1\n", CaseVerdict.Rejected)]
    [InlineData("# vendor: salesforce\nPOST /api/webhooks/salesforce HTTP/1.1\n", CaseVerdict.Rejected)]
    [InlineData("# vendor: salesforce\n# direction: poll-response\nGET /q HTTP/1.1\n\n# response\nHTTP/1.1 403 Forbidden\n", CaseVerdict.Rejected)]
    [InlineData("# vendor: salesforce\n# direction: poll-response\nGET /q HTTP/1.1\n\n# response\nHTTP/1.1 200 OK\n", CaseVerdict.Rejected)]
    [InlineData("# vendor: salesforce\n# direction: poll-response\nGET /q HTTP/1.1\n\n# response\nnonsense\n", CaseVerdict.Error)]
    public async Task A_case_that_is_odd_gets_a_verdict_and_a_reason(string text, CaseVerdict verdict)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("case").FullName, "odd.http");
        await File.WriteAllTextAsync(file, text, Stop);

        var reading = await Corpus.Reader.ReadAsync(file, Stop);

        Assert.Equal(verdict, reading.Verdict);
        Assert.NotEmpty(reading.Reason);
        Assert.Empty(reading.Events);
    }

    internal static async Task<JsonNode> ExpectedAsync(string recorded) =>
        JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Corpus.Folder, recorded.Replace(".http", ".expected.json", StringComparison.Ordinal)), Stop))!;

    private static async Task<JsonObject> ReadAsync(string recorded)
    {
        var reading = await Corpus.Reader.ReadAsync(Path.Combine(Corpus.Folder, recorded), Stop);
        return JsonSerializer.SerializeToNode(reading, JsonSerializerOptions.Web)!.AsObject();
    }

    internal static void AssertSame(JsonObject expected, JsonObject actual)
    {
        Assert.All(expected.ContainsKey(NeedsEnrichment) ? [.. Fields, NeedsEnrichment] : Fields, field => Assert.True(JsonNode.DeepEquals(expected[field], actual[field]), $"{field}: {expected[field]?.ToJsonString()} expected, {actual[field]?.ToJsonString()} read"));
        Assert.Equal(Amount(expected), Amount(actual));
        Assert.Empty(actual.Select(field => field.Key).Except([.. Fields, NeedsEnrichment, "amount", "dedupeKey"]));
    }

    private static decimal? Amount(JsonObject item) => item["amount"] is { } amount ? decimal.Parse((string)amount!, CultureInfo.InvariantCulture) : null;
}

using Azure;
using Azure.Data.Tables;
using BenchmarkDotNet.Attributes;

namespace IntegrationHub.Benchmarks;

/// <summary>What the client of the tables costs by itself: request, signature and answer, without network and store. A journey of one row and twenty facts.</summary>
[SimpleJob(launchCount: 1, warmupCount: 3, iterationCount: 5)]
[MemoryDiagnoser]
public class TableClientBenchmarks
{
    private const string Partition = "4f1c0de2a9b84f7d90ab12cd";
    private const string JourneyRow = $"0-journey-{Partition}";
    private const string Json = "application/json;odata=minimalmetadata;streaming=true;charset=utf-8";
    private const int Facts = 20;

    private const string Ledger =
        """{"announcedOwner":"sales","publishedEntry":{"stage":"evaluation","enteredAt":"2026-03-02T10:15:06Z","rule":"dealOpen","reason":"an open deal","factKey":"salesforce|row|006","connector":"salesforce"},"handoffs":[],"alerts":[]}""";

    private const string Fact =
        """{"kind":"stageClaimed","stage":"interest","dedupeKey":"hubspot|62515|9011","connector":"hubspot","side":"marketing","occurredAt":"2026-03-02T10:15:06Z","receivedAt":"2026-03-02T10:15:08Z","raw":"lead","messageId":"0195"}""";

    private static readonly ETag Version = new("W/\"datetime'2026-03-02T10%3A15%3A06.1234567Z'\"");

    private readonly TableClient _commits = Answering(202, "multipart/mixed; boundary=batchresponse_1", Committed());
    private readonly TableClient _gets = Answering(200, Json, $$"""{"odata.metadata":"https://hub.table.core.windows.net/$metadata#Journeys/@Element",{{StoredJourney()}}}""");
    private readonly TableClient _queries = Answering(200, Json, $$"""{"odata.metadata":"https://hub.table.core.windows.net/$metadata#Journeys","value":[{{StoredRows()}}]}""");

    [Benchmark(Baseline = true)]
    public async Task<string?> Get() => (await _gets.GetEntityAsync<TableEntity>(Partition, JourneyRow)).Value.GetString("Ledger0");

    /// <summary>Puts the journey row and adds one fact, in one transaction.</summary>
    [Benchmark]
    public async Task<int> Commit()
    {
        var journey = new TableEntity(Partition, JourneyRow) { ["Stage"] = "Evaluation", ["Owner"] = "sales", ["EnteredAt"] = DateTimeOffset.UnixEpoch, ["Ledger0"] = Ledger };
        var fact = new TableEntity(Partition, "fact-9011") { ["Json"] = Fact };
        var answer = await _commits.SubmitTransactionAsync([new(TableTransactionActionType.UpdateReplace, journey, Version), new(TableTransactionActionType.Add, fact)]);
        return answer.Value.Count == 2 ? 2 : throw new InvalidOperationException("The answer to a transaction of two was not read as two.");
    }

    [Benchmark]
    public async Task<int> Query_one_partition()
    {
        var rows = 0;
        await foreach (var row in _queries.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {Partition}")))
        {
            rows += row.RowKey.Length > 0 ? 1 : 0;
        }

        return rows == Facts + 1 ? rows : throw new InvalidOperationException($"{rows} rows were read.");
    }

    private static TableClient Answering(int status, string contentType, string body) => new(
        new Uri("https://hub.table.core.windows.net"),
        "Journeys",
        new TableSharedKeyCredential("hub", "YmVuY2htYXJr"),
        new TableClientOptions { Transport = new CannedTransport(status, contentType, body) });

    private static string StoredRows() => string.Join(',', Enumerable.Range(0, Facts).Select(number => Stored($"fact-{number}", "Json", Fact)).Prepend(StoredJourney()).Select(row => $"{{{row}}}"));

    private static string StoredJourney() => Stored(JourneyRow, "Ledger0", Ledger);

    private static string Stored(string row, string property, string json) =>
        $"""
        "odata.etag":{Quoted(Version.ToString())},"PartitionKey":"{Partition}","RowKey":"{row}","Timestamp":"2026-03-02T10:15:06.1234567Z","{property}":{Quoted(json)}
        """;

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Committed()
    {
        var part = $"--changesetresponse_2\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nHTTP/1.1 204 No Content\r\nDataServiceVersion: 1.0;\r\nETag: {Version}\r\n\r\n\r\n";
        return $"--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_2\r\n\r\n{part}{part}--changesetresponse_2--\r\n--batchresponse_1--\r\n";
    }
}

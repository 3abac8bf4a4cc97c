using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Tests.Payloads;

namespace IntegrationHub.Connectors.Tests.Common;

/// <summary>Odd deliveries of the CRMs that show their secret: each is read for what it says, and none breaks.</summary>
public sealed class HostileCrmTests
{
    private const string Person = """{"data":{"id":8,"emails":[]},"previous":null,"meta":{"action":"create","entity":"person","entity_id":"8","company_id":"7000001","id":"00000001-a1b2-4c3d-8e4f-102030405060"}}""";

    private const string Lead = """{"MessageName":"Update","PrimaryEntityName":"lead","PrimaryEntityId":"11111111-0006-4000-8000-000000000001","InputParameters":[{"key":"Target","value":{"Attributes":[{"key":"statuscode","value":{"Value":2}}]}}]}""";

    [Theory]
    [InlineData("\"entity_id\":\"8\"", "\"entity_id\":90071992547409931", SourceEventKind.ContactCreated, "90071992547409931")]
    [InlineData("\"entity_id\":\"8\",", "", SourceEventKind.ContactCreated, "8")]
    [InlineData("\"emails\":[]", "\"emails\":{\"value\":\"ana@example.com\"}", SourceEventKind.ContactCreated, "8")]
    [InlineData("\"emails\":[]", "\"emails\":[null,7,{\"value\":[]},{\"value\":\"***@example.com\",\"primary\":true}]", SourceEventKind.ContactCreated, "8")]
    [InlineData("\"create\"", "\"change\"", SourceEventKind.ContactUpdated, "8")]
    [InlineData("\"create\"", "\"Create\"", SourceEventKind.Ignored, null)]
    [InlineData("\"person\"", "\"company\"", SourceEventKind.Ignored, null)]
    [InlineData("\"previous\":null", "\"previous\":[1]", SourceEventKind.ContactCreated, "8")]
    [InlineData("\"company_id\":\"7000001\",", "\"merged_to_id\":9,", SourceEventKind.ContactMerged, "9")]
    [InlineData("\"data\":{\"id\":8,\"emails\":[]}", "\"data\":[]", SourceEventKind.Ignored, null)]
    [InlineData("\"data\":{\"id\":8,", "\"data\":{\"id\":9,\"custom_fields\":[],\"org_id\":{},\"marketing_status\":7,\"phones\":\"030\",", SourceEventKind.ContactCreated, "8")]
    public void An_odd_webhook_of_Pipedrive_is_read_for_what_it_says(string right, string odd, SourceEventKind kind, string? person) =>
        AssertRead("pipedrive", Person, right, odd, kind, person);

    [Theory]
    [InlineData("11111111-0006-4000-8000-000000000001", "{11111111-0006-4000-8000-000000000001}", SourceEventKind.StageChanged, "lead:11111111-0006-4000-8000-000000000001")]
    [InlineData("\"Value\":2", "\"Value\":\"2\"", SourceEventKind.StageChanged, "lead:11111111-0006-4000-8000-000000000001")]
    [InlineData("{\"Value\":2}", "2", SourceEventKind.StageChanged, "lead:11111111-0006-4000-8000-000000000001")]
    [InlineData("{\"Value\":2}", "null", SourceEventKind.ContactUpdated, "lead:11111111-0006-4000-8000-000000000001")]
    [InlineData("{\"Value\":2}", "{\"Value\":2}},7,null,{\"key\":7},{\"key\":\"statuscode\",\"value\":{\"Value\":1}", SourceEventKind.StageChanged, "lead:11111111-0006-4000-8000-000000000001")]
    [InlineData("\"InputParameters\":[", "\"InputParameters\":{},\"x\":[", SourceEventKind.ResyncRequired, "lead:11111111-0006-4000-8000-000000000001")]
    [InlineData("\"PrimaryEntityId\":\"11111111-0006-4000-8000-000000000001\"", "\"PrimaryEntityId\":7", SourceEventKind.Ignored, null)]
    [InlineData("\"lead\"", "\"Lead\"", SourceEventKind.Ignored, null)]
    [InlineData("\"Update\"", "\"Merge\"", SourceEventKind.Ignored, null)]
    [InlineData("\"Attributes\":[", "\"Attributes\":{},\"FormattedValues\":[", SourceEventKind.ContactUpdated, "lead:11111111-0006-4000-8000-000000000001")]
    [InlineData("\"Update\"", "\"SetState\"", SourceEventKind.StageChanged, "lead:11111111-0006-4000-8000-000000000001")]
    public void An_odd_message_of_Dataverse_is_read_for_what_it_says(string right, string odd, SourceEventKind kind, string? person) =>
        AssertRead("dynamics", Lead, right, odd, kind, person);

    private static void AssertRead(string connector, string body, string right, string odd, SourceEventKind kind, string? person)
    {
        Assert.Contains(right, body, StringComparison.Ordinal);
        var read = Corpus.Connectors.Find<IDeliveryReader>(connector)!.Read(new()
        {
            Connector = connector, Headers = new Dictionary<string, string>(), ReceivedAt = new(2026, 3, 2, 10, 15, 1, TimeSpan.Zero),
            Body = Encoding.UTF8.GetBytes(body.Replace(right, odd, StringComparison.Ordinal)),
        });

        Assert.Equal((kind, person), (read[0].Kind, kind == SourceEventKind.Ignored ? null : read[0].People[0].Id));
        Assert.All(read, said => Assert.Null(said.SubjectEmail));
        Assert.All(read, said => FactMapper.ToFacts(said, connector, new(2026, 3, 2, 10, 15, 1, TimeSpan.Zero), null));
    }
}

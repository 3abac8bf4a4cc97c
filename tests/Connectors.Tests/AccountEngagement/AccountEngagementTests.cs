using System.Net;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Tests.Common;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Tests.AccountEngagement;

public sealed class AccountEngagementTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Type"] = "AccountEngagement", ["BaseUrl"] = "https://vendor.test", ["LoginUrl"] = "https://login.test", ["ClientId"] = "id", ["ClientSecret"] = "secret",
        ["BusinessUnitId"] = "0Uv000000000001CAA", ["PollSince"] = "2026-03-01T00:00:00Z", ["StageMap:4"] = "evaluation", ["WriteProfile"] = "phone",
    };

    private static readonly IdentityKey Ana = IdentityKey.Person("pardot", "101");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_poll_reads_every_stream_from_its_beginning_and_the_next_one_a_little_before_the_end()
    {
        using var vendor = new VendorStub(Token(asked => asked.Path.EndsWith("/prospects", StringComparison.Ordinal) && !asked.Query.Contains("deleted", StringComparison.Ordinal)
            ? """{"nextPageToken":null,"values":[{"id":101,"email":"ana@example.com","updatedAt":"2026-03-02T06:50:00-05:00"}]}"""
            : """{"nextPageToken":null,"values":[]}"""));
        var source = vendor.Connect<IPollSource>("pardot", Settings);

        var first = await source.PollAsync(null, Now, Stop);
        var second = await source.PollAsync(first.NextCursor, Now.AddMinutes(1), Stop);

        Assert.False(first.More);
        Assert.Equal("ana@example.com", Assert.Single(source.Read(Assert.Single(first.Deliveries))).SubjectEmail);
        Assert.Empty(second.Deliveries);
        Assert.Equal(8, vendor.Calls.Count);
        Assert.Contains("updatedAtAfterOrEqualTo=2026-03-01T00:00:00Z", vendor.Calls[0].Query, StringComparison.Ordinal);
        Assert.Contains("deleted=true", vendor.Calls[1].Query, StringComparison.Ordinal);
        Assert.Contains("createdAtAfterOrEqualTo=2026-03-01T00:00:00Z", vendor.Calls[2].Query, StringComparison.Ordinal);
        Assert.Contains("updatedAtAfterOrEqualTo=2026-03-02T11:45:00Z", vendor.Calls[4].Query, StringComparison.Ordinal);
        Assert.Contains("createdAtAfterOrEqualTo=2026-03-01T00:00:00Z", vendor.Calls[6].Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_leads_to_the_next_page_though_a_page_is_empty_and_stands_alone()
    {
        using var vendor = new VendorStub(Token(asked => asked.Path.EndsWith("/lifecycle-histories", StringComparison.Ordinal) && !asked.Query.Contains("nextPageToken", StringComparison.Ordinal)
            ? """{"nextPageToken":"xY1","values":[]}""" : """{"nextPageToken":null,"values":[]}"""));
        var source = vendor.Connect<IPollSource>("pardot", Settings);

        var first = await source.PollAsync(null, Now, Stop);
        var second = await source.PollAsync(first.NextCursor, Now, Stop);

        Assert.True(first.More);
        Assert.False(second.More);
        Assert.Equal("?fields=id,prospectId,previousStageId,nextStageId,secondsElapsed,createdAt&nextPageToken=xY1", vendor.Calls[6].Query);
    }

    [Fact]
    public async Task A_page_that_names_itself_as_the_next_one_stops_with_a_sentence()
    {
        using var vendor = new VendorStub(Token(_ => """{"nextPageToken":"same","values":[]}"""));
        var source = vendor.Connect<IPollSource>("pardot", Settings);
        var first = await source.PollAsync(null, Now, Stop);

        var failure = await Assert.ThrowsAsync<UnreadableDeliveryException>(() => source.PollAsync(first.NextCursor, Now, Stop));

        Assert.Contains("names itself", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"id":1,"prospectId":101,"type":1,"typeName":"Click","createdAt":"2026-03-02T05:15:00-05:00"}""", SourceEventKind.Activity)]
    [InlineData("""{"id":1,"prospectId":101,"type":12,"typeName":"Unsubscribe Page"}""", SourceEventKind.ConsentUnsubscribed)]
    [InlineData("""{"id":1,"prospectId":101,"type":13,"typeName":"Bounced"}""", SourceEventKind.ConsentBounced)]
    [InlineData("""{"id":1,"prospectId":101,"type":6,"typeName":"Email Sent"}""", SourceEventKind.Ignored)]
    [InlineData("""{"id":1,"prospectId":101,"type":99,"typeName":"New"}""", SourceEventKind.Ignored)]
    [InlineData("""{"id":1,"prospectId":101,"nextStageId":null}""", SourceEventKind.Ignored)]
    [InlineData("""{"id":1,"email":"a@example.com","isDoNotEmail":true}""", SourceEventKind.ConsentUnsubscribed)]
    [InlineData("""{"id":1,"email":null,"optedOut":null}""", SourceEventKind.ContactUpdated)]
    [InlineData("""{"email":"a@example.com"}""", SourceEventKind.Ignored)]
    [InlineData("7", SourceEventKind.Ignored)]
    public void A_record_means_what_its_fields_say(string record, SourceEventKind kind) => Assert.Equal(kind, Assert.Single(Read(record)).Kind);

    [Fact]
    public async Task A_stage_that_only_has_a_name_here_is_looked_up_once_and_a_prospect_too()
    {
        using var vendor = new VendorStub(Token(asked => asked.Path.EndsWith("/lifecycle-stages", StringComparison.Ordinal)
            ? """{"values":[{"id":3,"name":"Marketing Qualified Lead"}]}""" : """{"id":101,"email":"Ana@Example.com"}"""));
        var events = Read("""{"id":1,"prospectId":101,"previousStageId":2,"nextStageId":3}""", """{"id":2,"prospectId":101,"previousStageId":3,"nextStageId":4}""");

        var enriched = await vendor.Connect<IEventEnricher>("pardot", Settings).EnrichAsync(events, Stop);

        Assert.Equal([FunnelStage.Interest, FunnelStage.Evaluation], enriched.Cast<StageChangedEvent>().Select(moved => moved.Stage!.Value));
        Assert.All(enriched, source => Assert.Equal("ana@example.com", source.SubjectEmail));
        Assert.Equal(2, vendor.Calls.Count);
    }

    [Fact]
    public async Task Only_differences_are_written_and_nothing_to_a_prospect_in_the_recycle_bin()
    {
        using var vendor = new VendorStub(Token(_ => """{"id":101,"phone":"030 1","optedOut":false}"""));
        using var deleted = new VendorStub(Token(_ => """{"id":101,"isDeleted":true}"""));

        Assert.True(await vendor.Connect<IPersonTarget>("pardot", Settings).WriteAsync(Ana, new() { OptedOut = true }, Stop));
        Assert.False(await deleted.Connect<IPersonTarget>("pardot", Settings).WriteAsync(Ana, new() { OptedOut = true }, Stop));

        Assert.Equal(("PATCH", """{"optedOut":true}"""), (vendor.Calls[1].Method, vendor.Calls[1].Body));
        Assert.Equal("Bearer token-1", vendor.Calls[1].Authorization);
    }

    [Theory]
    [InlineData("BusinessUnitId", "0Uv000000000001")]
    [InlineData("BusinessUnitId", "000000000000001CAA")]
    [InlineData("BusinessUnitId", null)]
    [InlineData("LoginUrl", null)]
    [InlineData("ClientSecret", null)]
    public void A_setting_that_is_missing_or_wrong_is_named(string key, string? value)
    {
        var settings = Settings.Where(pair => pair.Key != key).Append(new(key, value)).Select(pair => KeyValuePair.Create($"Connectors:pardot:{pair.Key}", pair.Value));

        var faults = Assert.Throws<IntegrationHub.Connectors.Settings.InvalidSettingsException>(() => new ServiceCollection().AddConnectors(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()));

        Assert.Contains($"Connectors:pardot:{key}", faults.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<SourceEvent> Read(params string[] records)
    {
        using var vendor = new VendorStub(_ => throw new InvalidOperationException("Reading needs no call."));
        return vendor.Connect<IDeliveryReader>("pardot", Settings).Read(new()
        {
            Connector = "pardot", Channel = Delivery.PollChannel, Headers = new Dictionary<string, string>(), ReceivedAt = Now,
            Body = Encoding.UTF8.GetBytes($$"""{"nextPageToken":null,"values":[{{string.Join(',', records)}}]}"""),
        });
    }

    private static Func<Asked, HttpResponseMessage> Token(Func<Asked, string> answer) => asked =>
        VendorStub.Json(asked.Path.EndsWith("/token", StringComparison.Ordinal) ? """{"access_token":"token-1"}""" : answer(asked), HttpStatusCode.OK);
}

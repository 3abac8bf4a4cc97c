using System.Collections.Concurrent;
using System.Net;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Logging.Abstractions;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Identity;

/// <summary>Other tools and the erasure of a person.</summary>
public sealed class ToolErasureTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday);
    private readonly string _world = Guid.NewGuid().ToString("N")[..8];
    private readonly Eraser _eraser = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private FakeTool Marketing => field ??= new("hubspot", _world);

    private static IdentityKey Record { get; } = IdentityKey.Person("klaviyo", "01A");

    [Fact]
    public async Task The_list_and_a_notice_name_the_records_that_a_person_has_to_erase_until_it_is_done()
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        using var api = new HubClient(hub);
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
        var (record, lead) = (Marketing.Record("contact-1"), await hub.Get<IdentityStore>().FindAsync(Marketing.Record("contact-1"), Token));

        Assert.Equal(HttpStatusCode.NoContent, await api.DeleteAsync($"/api/leads/{lead}"));

        Assert.Contains($"hubspot: {record.Id}", (await NoticeAsync(hub))!.Lines);
        Assert.Equal(record.Id, Assert.Single((await api.GetAsync("/api/erasures/tools")).EnumerateArray()).GetProperty("record").GetString());

        Assert.Equal(HttpStatusCode.NoContent, await api.DeleteAsync($"/api/erasures/tools/hubspot/{record.Id}"));
        Assert.Equal(HttpStatusCode.NotFound, await api.DeleteAsync($"/api/erasures/tools/hubspot/{record.Id}"));
        Assert.Empty((await api.GetAsync("/api/erasures/tools")).EnumerateArray());
        Assert.Null(await NoticeAsync(hub));
    }

    [Fact]
    public async Task A_tool_is_not_told_of_the_record_that_it_named_itself()
    {
        await using var hub = await NewHubAsync();
        await hub.TellAsync(Marketing, Marketing.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));

        await hub.TellAsync(Marketing, Marketing.Event(of => new PrivacyDeletedEvent(of), 1, "contact-1"));

        Assert.True((await hub.Get<IdentityStore>().LookUpAsync(Marketing.Record("contact-1"), Token)).Erased);
        Assert.Empty((await hub.Get<ToolErasureStore>().ByHandAsync(PageRequest.First, Token)).Items);
        Assert.Empty(await hub.Get<ToolErasureStore>().DueAsync(Monday.AddDays(1), 10, Token));
    }

    [Fact]
    public async Task A_tool_that_the_settings_name_is_told_once()
    {
        await using var hub = await NewHubAsync();
        var flow = FlowOf(hub, "klaviyo");
        await flow.EraseElsewhereAsync([Record], Token);
        await flow.EraseElsewhereAsync([Record], Token);

        await flow.TellAsync(Token);
        await flow.TellAsync(Token);

        Assert.Equal([Record], _eraser.Told);
        Assert.Null(await NoticeAsync(hub));
    }

    [Fact]
    public async Task Nothing_is_told_without_the_setting()
    {
        await using var hub = await NewHubAsync();
        var flow = FlowOf(hub);
        await flow.EraseElsewhereAsync([Record], Token);

        await flow.TellAsync(Token);

        Assert.Empty(_eraser.Told);
        Assert.Contains("klaviyo: 01A", (await NoticeAsync(hub))!.Lines);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    public async Task A_tool_that_does_not_answer_is_told_again_until_a_person_has_to(int seconds, bool left)
    {
        await using var hub = await NewHubAsync();
        var flow = FlowOf(hub, "klaviyo");
        await flow.EraseElsewhereAsync([Record, IdentityKey.Person("klaviyo", "01B")], Token);
        _eraser.Fails = () => FakeCrm.Away("klaviyo");
        await flow.TellAsync(Token);
        Assert.Single(_eraser.Told);

        _clock.Advance(ToolErasureFlow.GiveUpAfter + TimeSpan.FromSeconds(seconds));
        await flow.TellAsync(Token);
        Assert.Equal(left, await NoticeAsync(hub) is not null);

        _eraser.Fails = () => null;
        _clock.Advance(TimeSpan.FromMinutes(15));
        await flow.TellAsync(Token);
        Assert.Equal(left ? 0 : 2, _eraser.Told.Skip(left ? 3 : 2).Count());
    }

    [Fact]
    public async Task What_a_tool_refuses_is_left_to_a_person()
    {
        await using var hub = await NewHubAsync();
        var flow = FlowOf(hub, "klaviyo");
        await flow.EraseElsewhereAsync([Record], Token);
        _eraser.Fails = () => FakeCrm.Refusal("klaviyo");

        await flow.TellAsync(Token);

        Assert.Contains("klaviyo: 01A", (await NoticeAsync(hub))!.Lines);
        Assert.Empty(await hub.Get<ToolErasureStore>().DueAsync(Monday.AddDays(1), 10, Token));
    }

    private static async Task<OpsNotice?> NoticeAsync(TestHub hub) =>
        (await hub.Get<NoticeStore>().PendingAsync(Token)).Select(open => open.Notice).SingleOrDefault(notice => notice.Key == "erasures-by-hand");

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(azurite, _clock, [Marketing, _eraser]);

    private ToolErasureFlow FlowOf(TestHub hub, params string[] tools) => new(
        hub.Get<ToolErasureStore>(), new([_eraser]), new ErasureOptions { Tools = tools }, hub.Get<NoticeStore>(), _clock, NullLogger<ToolErasureFlow>.Instance);

    /// <summary>A tool that can be told.</summary>
    private sealed class Eraser : IErasureTarget
    {
        public string Name => "klaviyo";

        public string Type => "Fake";

        public ConcurrentQueue<IdentityKey> Told { get; } = new();

        public Func<Exception?> Fails { get; set; } = () => null;

        public Task ErasePersonAsync(IdentityKey person, CancellationToken cancellationToken)
        {
            Told.Enqueue(person);
            return Fails() is { } failure ? throw failure : Task.CompletedTask;
        }
    }
}

using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Retention;
using IntegrationHub.Functions.Tests.Archive;
using IntegrationHub.Functions.Webhooks;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Retention;

/// <summary>The walk over bodies that no index finds.</summary>
public sealed class ErasedBodiesTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday);
    private readonly JsonTool _tool = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_walk_serves_all_erasures_and_leaves_what_names_others()
    {
        await using var hub = await NewHubAsync();
        await GiveUpAsync(hub, Claim("ann"), Claim("bob"), Claim("cleo"), Claim("ann", "bob"), Claim("ann", "cleo"));
        await EraseAsync(hub, "ann");
        await EraseAsync(hub, "bob");
        using var counters = hub.Count();

        await hub.Get<ErasedBodiesFlow>().RunAsync(Token);

        Assert.Equal(["cleo"], await DeadAsync(hub));
        Assert.Equal(["cleo"], await ParkedAsync(hub));
        Assert.Equal(4, counters["hub.erasure.bodies"]);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    public async Task The_next_walk_begins_when_it_is_due(int seconds, int left)
    {
        await using var hub = await NewHubAsync();
        await EraseAsync(hub, "ann");
        await hub.Get<ErasedBodiesFlow>().RunAsync(Token);
        await GiveUpAsync(hub, Claim("ann"));

        _clock.Advance(ErasedBodiesFlow.WalkEvery + TimeSpan.FromSeconds(seconds));
        await hub.Get<ErasedBodiesFlow>().RunAsync(Token);

        Assert.Equal(left, (await DeadAsync(hub)).Count);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public async Task A_person_is_looked_for_as_long_as_a_message_may_wait(int days, int left)
    {
        await using var hub = await NewHubAsync();
        await EraseAsync(hub, "ann");
        _clock.Advance(ErasedBodiesFlow.LookFor + TimeSpan.FromDays(days));
        await hub.Get<ErasedBodiesFlow>().RunAsync(Token);
        await GiveUpAsync(hub, Claim("ann"));

        _clock.Advance(ErasedBodiesFlow.WalkEvery);
        await hub.Get<ErasedBodiesFlow>().RunAsync(Token);

        Assert.Equal(left, (await DeadAsync(hub)).Count);
    }

    [Fact]
    public async Task A_dead_letter_out_of_reach_is_reported_and_looked_for_until_it_is_gone()
    {
        await using var hub = await NewHubAsync();
        await GiveUpAsync(hub, Claim("ann"));
        await EraseAsync(hub, "ann");
        await using var other = hub.Get<ServiceBusClient>().CreateReceiver(InboundQueue.Name, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
        var locked = await other.ReceiveMessageAsync(TimeSpan.FromSeconds(10), Token);
        _clock.Advance(ErasedBodiesFlow.LookFor + TimeSpan.FromDays(1));

        await hub.Get<ErasedBodiesFlow>().RunAsync(Token);
        Assert.Contains(await hub.Get<NoticeStore>().PendingAsync(Token), notice => notice.Notice.Key == "erased-bodies-left");

        await other.AbandonMessageAsync(locked, cancellationToken: Token);
        _clock.Advance(ErasedBodiesFlow.WalkEvery);
        await hub.Get<ErasedBodiesFlow>().RunAsync(Token);
        Assert.Empty(await DeadAsync(hub));
        Assert.DoesNotContain(await hub.Get<NoticeStore>().PendingAsync(Token), notice => notice.Notice.Key == "erased-bodies-left");
    }

    [Fact]
    public async Task Nothing_is_read_while_nobody_was_erased_lately()
    {
        await using var hub = await NewHubAsync();
        await GiveUpAsync(hub, Claim("ann"));
        _tool.Mapper = _ => throw new InvalidOperationException("It was read.");

        await hub.Get<ErasedBodiesFlow>().RunAsync(Token);

        Assert.Single(await hub.MessagesAsync(InboundQueue.Name, null, SubQueue.DeadLetter));
    }

    [Fact]
    public async Task A_spooled_delivery_keeps_what_it_says_about_others_through_a_second_walk()
    {
        await using var hub = await NewHubAsync();
        var spool = hub.Get<SpoolStore>();
        for (var number = 0; number < 120; number++)
        {
            await spool.AddAsync(InboundMessage.Write(_tool.Delivers(Monday, [.. Claim($"n{number}"), .. number % 40 == 0 ? Claim("ann") : []])), Token);
        }

        await EraseAsync(hub, "ann");
        await hub.Get<ErasedBodiesFlow>().RunAsync(Token);
        _clock.Advance(ErasedBodiesFlow.WalkEvery);
        await hub.Get<ErasedBodiesFlow>().RunAsync(Token);

        var left = new List<string>();
        foreach (var partition in SpoolStore.Partitions)
        {
            foreach (var spooled in await spool.ReadAsync(partition, "", 1_000, Token))
            {
                left.AddRange(_tool.Read(await spool.OpenAsync(spooled, Token)).Select(source => source.People.Single().Id));
            }
        }

        Assert.Equal(Enumerable.Range(0, 120).Select(number => $"n{number}").Order(StringComparer.Ordinal), left.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_remains_is_in_parts_as_large_as_possible_and_what_cannot_be_read_goes()
    {
        var delivery = _tool.Delivers(Monday, [.. Claim("a", "b", "c", "d"), UnreadableEvent.Of("tool", ToolSide.Marketing, "odd", "It is odd."), .. Claim("f", "gone", "h")]);

        Assert.Null(Rest("nobody"));
        Assert.Equal(["a b c d", "f", "h"], Rest("gone")!);
        _tool.Mapper = source => source.People is [{ Id: "gone" }] ? throw new InvalidOperationException("A fault.") : source;
        Assert.Null(Rest("gone"));

        IReadOnlyList<string>? Rest(string person) => DeliveryRest.Without(new([_tool]), delivery, key => key == IdentityKey.Person("tool", person)) is { } parts
            ? [.. parts.Select(part => string.Join(' ', _tool.Read(part).Select(source => source.People.Single().Id)))] : null;
    }

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(azurite, _clock, [_tool]);

    private static Task EraseAsync(TestHub hub, string person) => hub.Get<GoneKeyStore>().EraseAsync([IdentityKey.Person("tool", person)], Token);

    private static SourceEvent[] Claim(params string[] people) =>
        [.. people.Select(person => new StageChangedEvent(new EventHeader(person, ToolSide.Marketing, Monday) { People = [IdentityKey.Person("tool", person)] }) { ToStageRaw = "interest", Stage = FunnelStage.Interest })];

    private async Task GiveUpAsync(TestHub hub, params SourceEvent[][] deliveries)
    {
        await using var receiver = hub.Get<ServiceBusClient>().CreateReceiver(InboundQueue.Name);
        foreach (var events in deliveries)
        {
            await hub.Get<InboundQueue>().Sender.SendMessageAsync(InboundMessage.Write(_tool.Delivers(Monday, events)), Token);
            await receiver.DeadLetterMessageAsync(await receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(10), Token), "gave-up", "for the test", Token);
        }
    }

    /// <summary>The people in each dead letter.</summary>
    private async Task<IReadOnlyList<string>> DeadAsync(TestHub hub) =>
        [.. (await hub.MessagesAsync(InboundQueue.Name, null, SubQueue.DeadLetter)).Select(PeopleOf)];

    private async Task<IReadOnlyList<string>> ParkedAsync(TestHub hub)
    {
        var (store, found) = (hub.Get<ParkedDeliveryStore>(), new List<string>());
        foreach (var parked in await store.ListAsync(new(null, "gave-up", null, null), 100, null, Token))
        {
            var message = (await store.FindMessageAsync(parked.Id, Token))!;
            found.Add(PeopleOf(ServiceBusModelFactory.ServiceBusReceivedMessage(message.Body, properties: message.ApplicationProperties)));
        }

        return found;
    }

    private string PeopleOf(ServiceBusReceivedMessage message) =>
        string.Join(' ', _tool.Read(InboundMessage.Read(message)).Select(source => source.People.Single().Id));
}

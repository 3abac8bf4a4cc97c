using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Archive;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Functions.Ingestion;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Retention;
using IntegrationHub.Functions.Tests.Alerts;
using IntegrationHub.Functions.Tests.Archive;
using IntegrationHub.Functions.Webhooks;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Retention;

/// <summary>A person in every place that may hold one, and what is left of them after their erasure.</summary>
public sealed class NeedleTests(Azurite azurite)
{
    private const string LastName = "Mustermann", Address = "erika@needle.example.com", Phone = "089 2079460958", Spared = "Spareditis";

    private static readonly string[] Needles = [LastName, "erika@needle", "2079460958"];

    private readonly StillTimeProvider _clock = new(Monday);
    private readonly JsonTool _tool = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static IdentityKey Erika { get; } = IdentityKey.Person("tool", "erika");

    private static LeadId Lead { get; } = Given.Keys.LeadOf(Erika);

    [Fact]
    public async Task After_an_erasure_no_table_no_blob_and_no_message_has_name_address_or_phone()
    {
        await using var world = await MailWorld.CreateAsync(azurite, _clock, [_tool], [.. MailWorld.BothTeams, "--Erasure:Grace=1.00:00:00"]);
        var hub = world.Hub;
        await ProcessAsync(hub, "m1", Of("1"));
        await StoreEverywhereAsync(world);
        string[] places =
        [
            "Journeys/" + Lead, "Mailbox/windows", "Parked/delivery", "Reviews/kept", "Spool/spool", "inbound/deadletters", "inbound/scheduled",
        ];
        foreach (var needle in Needles)
        {
            // The mail names the person and not their address.
            Assert.Equal(needle == LastName ? places : places.Except(["Mailbox/windows"]), await hub.PlacesOfAsync(needle));
        }

        Assert.Equal(2, (await ArchivedAsync(hub)).Count);

        Assert.True(await hub.Get<ErasureFlow>().EraseAsync(Lead, Token));
        await ProcessAsync(hub, "m2", Of("2"));
        Assert.Contains("Parked/held", await hub.PlacesOfAsync(LastName));
        _clock.Advance(TimeSpan.FromDays(1));
        await hub.Get<ErasureSweepFlow>().SweepAsync(Token);
        await hub.Get<ErasedBodiesFlow>().RunAsync(Token);

        foreach (var needle in Needles)
        {
            Assert.Empty(await hub.PlacesOfAsync(needle));
        }

        Assert.Empty(await ArchivedAsync(hub));
        Assert.True(await hub.SizeAsync() > 20, "there is something left to look at");
        Assert.Equal(["Journeys/" + Given.Keys.LeadOf(IdentityKey.Person("tool", "other 0")), "Parked/delivery", "Spool/spool", "inbound/scheduled"], await hub.PlacesOfAsync(Spared));
    }

    /// <summary>Puts the person into every place where a delivery may wait, beside others.</summary>
    private async Task StoreEverywhereAsync(MailWorld world)
    {
        var (hub, queue) = (world.Hub, world.Hub.Get<InboundQueue>());
        await ProcessAsync(hub, "parked", Of("parked"), Other(0), UnreadableEvent.Of("tool", ToolSide.Marketing, "odd", "It is odd."));
        var review = await hub.Get<ReviewStore>().AskAsync(
            new() { Id = "question", Reason = ReviewReason.SeveralLeads, Connector = "tool", Records = [Erika], Leads = [Lead], OpenedAt = Monday }, Token);
        await hub.Get<ReviewStore>().ParkAsync(review.Id, _tool.Delivers(Monday, Of("kept")), "kept", Token);
        await hub.Get<SpoolStore>().AddAsync(InboundMessage.Write(_tool.Delivers(Monday, Of("spooled"), Other(1))), Token);
        await GiveUpAsync(hub, InboundMessage.Write(_tool.Delivers(Monday, Of("dead"), Other(2))));
        await GiveUpAsync(hub, InboundMessage.Write(_tool.Delivers(Monday, Of("dead alone") with { People = [] })));
        await GiveUpAsync(hub, Assert.Single(await queue.ToMessagesAsync(_tool.Delivers(Monday, Of("large", Noise(500_000))), Token)));
        var delayed = InboundMessage.Write(_tool.Delivers(Monday, Of("delayed", new('x', 20_000)), Other(3)));
        delayed.ScheduledEnqueueTime = TimeProvider.System.GetUtcNow().AddHours(1);
        await queue.Sender.SendMessageAsync(delayed, Token);

        world.Server.Fails = _ => new IOException("The server is away.");
        await world.SweepAsync(Monday.AddDays(3));
        await world.SendAsync(Monday.AddDays(3).AddHours(1));
    }

    private static async Task GiveUpAsync(TestHub hub, ServiceBusMessage message)
    {
        await hub.Get<InboundQueue>().Sender.SendMessageAsync(message, Token);
        await using var receiver = hub.Get<ServiceBusClient>().CreateReceiver(InboundQueue.Name);
        await receiver.DeadLetterMessageAsync(await receiver.ReceiveMessageAsync(TimeSpan.FromSeconds(10), Token), "gave-up", "for the test", Token);
    }

    private Task ProcessAsync(TestHub hub, string messageId, params SourceEvent[] events) =>
        hub.Get<ProcessFlow>().HandleAsync(_tool.Delivers(Monday, events), messageId, again: false, Token);

    private static async Task<IReadOnlyList<ArchiveName>> ArchivedAsync(TestHub hub) =>
        await hub.Get<ArchiveKeyStore>().NamingAsync([Erika, IdentityKey.Email(EmailAddress.TryParse(Address, out var email) ? email : null!)], Token)
            .Distinct().ToListAsync(Token);

    private static StageChangedEvent Of(string key, string? company = null) => Interest($"erika {key}", Erika) with
    {
        SubjectEmail = Address,
        Profile = new() { Email = Address, FirstName = "Erika", LastName = LastName, Phone = Phone, Company = company },
    };

    private static StageChangedEvent Other(int number) => Interest($"other {number}", IdentityKey.Person("tool", $"other {number}")) with { Profile = new() { LastName = Spared } };

    private static StageChangedEvent Interest(string key, IdentityKey person) =>
        new(new EventHeader(key, ToolSide.Marketing, Monday) { People = [person] }) { ToStageRaw = "interest", Stage = FunnelStage.Interest };

    /// <summary>A text that hardly compresses.</summary>
    private static string Noise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(1).NextBytes(noise);
        return Convert.ToBase64String(noise);
    }
}

using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Functions.Ops.DeadLetters;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Requirements;

/// <summary>Replay that a business can dare: of a thousand leads, or of as many as <c>HUB_TEST_REDRIVE</c> says.</summary>
public sealed class RedriveTests(Azurite azurite)
{
    private const int Tenth = 10;

    private static readonly int All = Amount.Of("HUB_TEST_REDRIVE", 1_000);

    private static readonly QueueEntity ToSales = QueueProbe.Entities[1];

    private readonly StillTimeProvider _clock = new(Monday);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tenth_of_a_subscriptions_messages_given_up_mended_and_replayed_is_in_the_CRM_once_reaches_nobody_else_and_changes_no_dwell_time()
    {
        var leads = Enumerable.Range(0, All).Select(number => Id($"{number}")).ToList();
        var refused = leads.Where((_, number) => number % Tenth == 0).ToHashSet();
        var crm = new FakeCrm { Refuses = refused.Contains };
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [crm], "--AzureWebJobs.DeliverToMarketing.Disabled=true", "--AzureWebJobs.SendAlerts.Disabled=true", "--Hub:ReplayPerSecond=1000");
        await hub.StartAsync();
        await Parallel.ForEachAsync(leads, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token }, async (lead, token) => await hub.Journeys.ApplyAsync(lead, [Claim(FunnelStage.Evaluation, Monday.AddDays(-1))], token));
        await UntilAsync(hub, dead: All / Tenth);
        Assert.Equal(All - (All / Tenth), crm.Records.Count);
        var (others, stays) = (await OthersAsync(hub), await StaysAsync(hub, leads));

        crm.Refuses = _ => false;
        _clock.AdjustTime(Monday.AddDays(3));
        var report = ReplayReport.Of((await hub.Get<DeadLetterFlow>().StartAsync(new(ToSales, "vendor-refused", null, DryRun: false), null, "key:test", Token))!);
        await UntilAsync(hub, dead: 0);

        Assert.Equal((All / Tenth, All / Tenth), (report.Matched, report.Replayed));
        Assert.Equal((All, All), (crm.Records.Count, crm.Records.Values.Select(order => order.Journey.LeadId).Distinct().Count()));
        Assert.Equal(others, await OthersAsync(hub));
        Assert.Equal(stays, await StaysAsync(hub, leads));
        Assert.All(stays.Values, stay => Assert.Equal(("Evaluation", Monday.AddDays(-1)), stay));
    }

    /// <summary>Until all is worked on and so many are given up.</summary>
    private static Task UntilAsync(TestHub hub, int dead) => Eventually.TrueAsync(
        async () => (await hub.MessagesAsync(ToSales.Path, ToSales.Subscription)).Count == 0
            && (await hub.MessagesAsync(ToSales.Path, ToSales.Subscription, SubQueue.DeadLetter)).Count == dead, $"{dead} messages were given up", TimeSpan.FromSeconds(30 + (All / 20)));

    /// <summary>The messages of the other subscribers, which nobody receives.</summary>
    private static async Task<IReadOnlyList<(string, string)>> OthersAsync(TestHub hub) =>
    [
        .. (await hub.MessagesAsync(FunnelTopic.Name, "to-marketing")).Select(message => ("to-marketing", message.MessageId)),
        .. (await hub.MessagesAsync(FunnelTopic.Name, "alerts")).Select(message => ("alerts", message.MessageId)),
    ];

    private static async Task<Dictionary<string, (string?, DateTimeOffset?)>> StaysAsync(TestHub hub, IEnumerable<LeadId> leads)
    {
        var ours = leads.Select(lead => lead.Value).ToHashSet();
        var stays = new Dictionary<string, (string?, DateTimeOffset?)>();
        var journeys = await hub.Get<HubTables>().GetAsync(HubTables.Journeys, Token);
        await foreach (var row in journeys.QueryAsync<TableEntity>(select: ["PartitionKey", "RowKey", "Stage", "EnteredAt"], cancellationToken: Token))
        {
            if (ours.Contains(row.PartitionKey) && row.GetString("Stage") is { } stage)
            {
                stays.Add(row.PartitionKey, (stage, row.GetDateTimeOffset("EnteredAt")));
            }
        }

        Assert.Equal(ours.Count, stays.Count);
        return stays;
    }
}

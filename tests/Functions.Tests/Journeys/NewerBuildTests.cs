using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Azure.Messaging;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Leads;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Journeys;

/// <summary>What a newer hub wrote, with kinds and values of its own, and this one reads and writes after a rollback.</summary>
public sealed class NewerBuildTests(Azurite azurite)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Facts_and_events_of_a_newer_hub_survive_a_change_by_this_one_as_they_are()
    {
        await using var hub = await NewHubAsync();
        var lead = Id("newer");
        await hub.LeadAsync(lead, Claim(FunnelStage.Interest, Monday), OpenDeal("1", 10m, "EUR", Monday.AddHours(1)));
        var before = await hub.StateAsync(lead);
        string[] made =
        [
            """{"kind":"moodChanged","mood":{"level":1e3,"text":"fr\u00f6hlich"},"dedupeKey":"crm|mood|1","connector":"crm","side":"crm","occurredAt":"2026-03-02T10:00:00Z","receivedAt":"2026-03-02T10:00:01Z"}""",
            """{"kind":"stageClaimed","stage":"enlightenment","dedupeKey":"crm|stage|1","connector":"crm","side":"crm","occurredAt":"2026-03-02T11:00:00Z","receivedAt":"2026-03-02T11:00:01Z"}""",
        ];
        var happened = $$"""{"type":"lead.moodChanged","mood":"fr\u00f6hlich","id":"mood-{{lead}}","leadId":"{{lead}}","at":"2026-03-02T11:00:00Z","team":"sales"}""";
        await RewriteAsync(hub, lead, document =>
        {
            var facts = document["facts"]!.AsArray();
            Array.ForEach(made, fact => facts.Insert(0, JsonNode.Parse(fact)));
            document["outbox"] = new JsonArray(JsonNode.Parse(happened));
        });
        hub.Get<JourneyCache>().Drop(lead);
        var written = await JsonAsync(hub, lead);

        await hub.Journeys.ApplyAsync(lead, [Profile(new() { FirstName = "Ada" })], Token);
        hub.Get<JourneyCache>().Drop(lead);

        var after = await hub.StateAsync(lead);
        Assert.Equal(before.Facts.Count + 3, after.Facts.Count);
        var json = await JsonAsync(hub, lead);
        Assert.All(made.Select(fact => JsonNode.Parse(fact)!.ToJsonString(HubJson.Options)), fact => Assert.True(written.Contains(fact, StringComparison.Ordinal) && json.Contains(fact, StringComparison.Ordinal), fact));
        Assert.Equal(
            JourneyFold.Fold(lead, [.. before.Facts.Values, .. after.Facts.Values.OfType<ProfileChanged>()], Policy).Hash,
            JourneyFold.Fold(lead, after.Facts.Values, Policy).Hash);
        Assert.Contains((await hub.Get<LeadQuery>().FindAsync(lead, Token))!.History, fact => fact.Kind == "moodChanged");
        Assert.NotNull(await hub.Get<LeadQuery>().ExplainAsync(lead, Token));
    }

    [Fact]
    public async Task An_event_of_a_newer_hub_is_published_as_it_is_and_then_counted_and_handled_by_nobody()
    {
        await using var hub = await NewHubAsync();
        var lead = Id("event");
        var json = $$"""{"type":"lead.stageChanged","to":"enlightenment","connector":"crm","id":"mood-{{lead}}","leadId":"{{lead}}","at":"2026-03-02T11:00:00Z","team":"sales","mood":"glad"}""";
        var happened = JsonSerializer.Deserialize<FunnelEvent>(json, HubJson.Options)!;
        Assert.IsType<UnknownEvent>(happened);

        await hub.Get<FunnelTopic>().PublishAsync([happened], Token);

        var message = Assert.Single(await hub.MessagesAsync(FunnelTopic.Name, "to-marketing"), message => message.MessageId == happened.Id);
        Assert.Equal(json, CloudEvent.Parse(message.Body)!.Data!.ToString());
        using var counters = hub.Count();
        await hub.Get<FunnelTopic>().HandleAsync(message, _ => throw new InvalidOperationException("A handler got it."));
        Assert.Equal(1, counters["hub.events.unknown"]);
    }

    [Fact]
    public async Task A_lead_whose_row_cannot_be_read_waits_and_ops_hear_of_it_once()
    {
        await using var hub = await NewHubAsync();
        var (lead, other) = (Id("unreadable"), Id("unreadable too"));
        foreach (var each in (LeadId[])[lead, other])
        {
            await hub.LeadAsync(each, Claim(FunnelStage.Evaluation, Monday));
            await RewriteAsync(hub, each, document => document["ledger"]!["handoffs"]![0]!["delivery"] = "teleported");
            hub.Get<JourneyCache>().Drop(each);
        }

        foreach (var each in (LeadId[])[lead, other, lead])
        {
            var refused = await Assert.ThrowsAsync<NewerRowException>(() => hub.Journeys.ApplyAsync(each, [Claim(FunnelStage.Interest, Monday.AddHours(1))], Token));
            Assert.DoesNotContain("teleported", refused.ToString(), StringComparison.Ordinal);
        }

        var notice = Assert.Single(await hub.Get<NoticeStore>().PendingAsync(Token), notice => notice.Notice.Key == "newer-rows");
        Assert.Contains(lead.Value, notice.Notice.Lines[0], StringComparison.Ordinal);
    }

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(azurite, new StillTimeProvider(Monday.AddDays(1)), []);

    private static async Task<string> JsonAsync(TestHub hub, LeadId lead)
    {
        var journeys = await hub.Get<HubTables>().GetAsync(HubTables.Journeys, Token);
        return Encoding.UTF8.GetString(Unpack(await journeys.GetEntityAsync<TableEntity>(lead.Value, $"journey-{lead}", cancellationToken: Token)));
    }

    /// <summary>Changes a lead's row as a newer hub would.</summary>
    private static async Task RewriteAsync(TestHub hub, LeadId lead, Action<JsonNode> change)
    {
        var journeys = await hub.Get<HubTables>().GetAsync(HubTables.Journeys, Token);
        TableEntity row = await journeys.GetEntityAsync<TableEntity>(lead.Value, $"journey-{lead}", cancellationToken: Token);
        var document = JsonNode.Parse(Unpack(row))!;
        change(document);
        var json = Encoding.UTF8.GetBytes(document.ToJsonString(HubJson.Options));
        using var packed = new MemoryStream();
        packed.Write(BitConverter.GetBytes(json.Length));
        using (var brotli = new System.IO.Compression.BrotliStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            brotli.Write(json);
        }

        row["Data0"] = packed.ToArray();
        await journeys.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, Token);
    }

    private static byte[] Unpack(TableEntity row)
    {
        using var packed = new MemoryStream(row.GetBinary("Data0")!, sizeof(int), row.GetBinary("Data0")!.Length - sizeof(int));
        using var brotli = new System.IO.Compression.BrotliStream(packed, System.IO.Compression.CompressionMode.Decompress);
        using var json = new MemoryStream();
        brotli.CopyTo(json);
        return json.ToArray();
    }
}

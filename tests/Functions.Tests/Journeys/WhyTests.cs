using System.Net;
using System.Text.Json;
using Azure.Data.Tables;
using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Handoffs;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Journeys;

public sealed class WhyTests(Azurite azurite)
{
    private const string Address = "ada.why@example.com";

    private readonly StillTimeProvider _clock = new(Monday);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_facts_an_explanation_names_replayed_alone_are_the_stored_state()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadThroughEveryStepAsync(hub, "replayed");
        using var why = JsonDocument.Parse(await AskAsync(hub, $"{lead}/why"));

        var named = Steps(why, "received").Select(step => step.GetProperty("source").GetProperty("factKey").GetString()).ToList();
        var stored = await hub.StateAsync(lead);
        var replayed = JourneyFold.Fold(lead, stored.Facts.Values.Where(fact => named.Contains(Given.Keys.HideIn(fact.DedupeKey))), Policy);
        var journeys = await hub.Get<HubTables>().GetAsync(HubTables.Journeys, Token);
        var row = (await journeys.GetEntityAsync<TableEntity>(lead.Value, $"journey-{lead}", cancellationToken: Token)).Value;

        Assert.Equal((row.GetString("Hash"), row.GetString("Stage"), row.GetDateTimeOffset("EnteredAt")), (replayed.Hash, replayed.Stage.ToString(), replayed.EnteredAt));
        Assert.Equal((row.GetString("Hash"), "interest"), (Text(why.RootElement, "hash"), Text(why.RootElement, "stage")));
        Assert.Equal(SettingsHash.Of(Policy), Text(why.RootElement, "configurationHash"));
        Assert.Equal(stored.Facts.Count, named.Distinct().Count());
        Assert.Equal(
            replayed.Entries.Select(entry => (entry.EnteredAt, (string?)entry.Rule, (string?)Given.Keys.HideIn(entry.Reason))),
            Steps(why, "staged").Select(step => (step.GetProperty("occurredAt").GetDateTimeOffset(), Text(step, "rule"), Text(step, "reason"))));
    }

    [Fact]
    public async Task A_stay_from_before_the_hub_began_is_told_as_not_announced()
    {
        await using var hub = await TestHub.CreateAsync(Policy with { LiveSince = Monday }, azurite, _clock, []);
        var lead = Id("old");
        await hub.LeadAsync(lead, Claim(FunnelStage.Interest, Monday.AddYears(-5)), Claim(FunnelStage.Evaluation, Monday.AddYears(-4)));

        using var why = JsonDocument.Parse(await AskAsync(hub, $"{lead}/why"));

        var step = Assert.Single(Steps(why, "routed"));
        Assert.Equal(("before-live", "Evaluation was with sales before the hub began: noted, not announced"), (Text(step, "rule"), Text(step, "reason")));
    }

    [Fact]
    public async Task Every_step_is_told_in_order_of_time_with_its_rule_and_its_source()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadThroughEveryStepAsync(hub, "steps");

        using var why = JsonDocument.Parse(await AskAsync(hub, $"{lead}/why"));

        var steps = why.RootElement.GetProperty("steps").EnumerateArray().ToList();
        Assert.Equal(["received", "matched", "staged", "routed", "written", "alerted"], steps.Select(step => Text(step, "step")).Distinct());
        Assert.All(steps, step =>
        {
            Assert.EndsWith("Z", Text(step, "at"), StringComparison.Ordinal);
            Assert.NotEmpty(Text(step, "rule")!);
            Assert.NotEmpty(Text(step, "reason")!);
        });
        Assert.Equal(steps.Select(step => step.GetProperty("at").GetDateTimeOffset()).Order(), steps.Select(step => step.GetProperty("at").GetDateTimeOffset()));

        Assert.Contains("first-key", Steps(why, "matched").Select(step => Text(step, "rule")));
        Assert.Equal([(StagePolicy.LatestClaim, "evaluation"), (StagePolicy.ReturnedBySales, "interest")], Steps(why, "staged").Skip(1).Select(step => (Text(step, "rule"), Text(step, "stage"))));
        Assert.Equal([("owner-changed", "sales"), ("owner-changed", "marketing")], Steps(why, "routed").Select(step => (Text(step, "rule"), Text(step, "team"))));
        var written = Assert.Single(Steps(why, "written"));
        Assert.Equal(("delivered", "salesforce", Monday.AddMinutes(1)), (Text(written, "rule"), Text(written, "target"), written.GetProperty("at").GetDateTimeOffset()));
        Assert.Equal("message-2", Text(written.GetProperty("source"), "messageId"));
        Assert.Equal(["handoffNotAccepted", "stageOverdue"], Steps(why, "alerted").Select(step => Text(step, "rule")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_did_not_move_the_lead_is_told_with_the_rule_that_decided_so()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadThroughEveryStepAsync(hub, "unmoved");

        using var why = JsonDocument.Parse(await AskAsync(hub, $"{lead}/why"));

        Assert.Equal(
            [("overruled", StagePolicy.OwnedBySales, "hubspot", "interest"), ("unmapped", "unmapped-stage", "salesforce", null)],
            why.RootElement.GetProperty("notMoved").EnumerateArray().Select(told => (Text(told, "effect"), Text(told, "rule"), Text(told.GetProperty("source"), "connector"), Text(told, "stage"))));
    }

    [Fact]
    public async Task An_explanation_holds_no_personal_data()
    {
        await using var hub = await NewHubAsync();
        var lead = await LeadThroughEveryStepAsync(hub, "masked");

        var answer = await AskAsync(hub, $"{lead}/why");

        Assert.True(EmailAddress.TryParse(Address, out var email));
        Assert.Contains(Given.Keys.ShortIdOf(email), answer, StringComparison.Ordinal);
        Assert.All([Address, "Lovelace", "+44 20 555"], personal => Assert.DoesNotContain(personal, answer, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_lead_nobody_knows_has_no_explanation_and_nobody_gets_one_without_a_key()
    {
        await using var hub = await NewHubAsync();
        await hub.StartAsync();
        using var client = new HttpClient { BaseAddress = hub.Url };

        using var unknown = await client.GetAsync($"/api/leads/{Id("nobody")}/why?code={TestHub.Key}", Token);
        using var malformed = await client.GetAsync($"/api/leads/nobody/why?code={TestHub.Key}", Token);
        using var without = await client.GetAsync($"/api/leads/{Id("nobody")}/why", Token);

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.Unauthorized], [unknown.StatusCode, malformed.StatusCode, without.StatusCode]);
        Assert.Equal("application/problem+json", unknown.Content.Headers.ContentType?.MediaType);
    }

    private Task<TestHub> NewHubAsync() => TestHub.CreateAsync(azurite, _clock, [new FakeCrm()]);

    /// <summary>Known to marketing, taken up by sales, written to the CRM, given back, and stalled; two claims move it nowhere.</summary>
    private async Task<LeadId> LeadThroughEveryStepAsync(TestHub hub, string name)
    {
        var lead = Id(name);
        var known = Known("hubspot", $"WhyTests.cs|{name}");
        Assert.True(EmailAddress.TryParse(Address, out var email));
        await hub.LeadAsync(
            lead,
            known with { DedupeKey = $"identities|email|{Address}|{name}", Keys = [.. known.Keys, IdentityKey.Email(email)], MessageId = "message-1" },
            Profile(new() { FirstName = "Ada", LastName = "Lovelace", Email = Address, Phone = "+44 20 555" }),
            Claim(FunnelStage.Evaluation, Monday, "salesforce", ToolSide.Crm) with { MessageId = "message-2" });
        _clock.AdjustTime(Monday.AddMinutes(1));
        await hub.Get<HandoffFlow>().DeliverAsync((await hub.EventsAsync<HandoffAnnounced>("to-sales")).Single(handoff => handoff.LeadId == lead), Token);

        _clock.AdjustTime(Monday.AddHours(1));
        await hub.LeadAsync(
            lead,
            Claim(FunnelStage.Interest, Monday.AddMinutes(10)),
            Claim(FunnelStage.Interest, Monday.AddMinutes(20), "salesforce", ToolSide.Crm) with { Stage = null, Raw = "Limbo" },
            Returned(Monday.AddMinutes(30)) with { Reason = $"ask {Address} next year", MessageId = "message-3" });

        _clock.AdjustTime(Monday.AddDays(3));
        await hub.Get<StallFlow>().SweepAsync(Token);
        foreach (var stalled in (await hub.EventsAsync<LeadStalled>("alerts")).Where(stalled => stalled.LeadId == lead))
        {
            await hub.Get<AlertFlow>().HandleAsync(stalled, Token);
        }

        return lead;
    }

    private static async Task<string> AskAsync(TestHub hub, string lead)
    {
        await hub.StartAsync();
        using var client = new HttpClient { BaseAddress = hub.Url };
        return await client.GetStringAsync($"/api/leads/{lead}?code={TestHub.Key}", Token);
    }

    private static IEnumerable<JsonElement> Steps(JsonDocument why, string kind) => why.RootElement.GetProperty("steps").EnumerateArray().Where(step => Text(step, "step") == kind);

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}

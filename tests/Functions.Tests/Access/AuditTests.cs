using System.Net;
using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Tests.Identity;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Access;

public sealed class AuditTests(Azurite azurite)
{
    private const string NoTables = "--AzureWebJobsStorage=DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;TableEndpoint=http://127.0.0.1:1/devstoreaccount1;";

    private const string Person = "7c4a1f80-0000-4000-8000-000000000001";

    private readonly StillTimeProvider _clock = new(Monday);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_read_erased_and_lifted_whom_is_in_the_audit_without_any_address()
    {
        var tool = new FakeTool("hubspot", "audited");
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [tool]);
        await hub.StartAsync();
        using var api = new HubClient(hub);
        await hub.TellAsync(tool, tool.Stage(FunnelStage.Interest, 1, "contact-1", "ada"));
        var lead = (await api.GetAsync($"/api/leads?email={tool.Address("ada")}")).GetProperty("leadId").GetString()!;

        await api.StatusAsync("/api/leads?email=nobody@example.com");
        await api.StatusAsync($"/api/leads/{tool.Address("ada")}");
        await api.StatusAsync($"/api/leads/{lead}");
        await api.StatusAsync($"/api/leads/{lead}/why");
        await api.DeleteAsync($"/api/leads/{lead}");
        await api.DeleteAsync($"/api/tombstones?email={tool.Address("ada")}");

        var lines = (await api.GetAsync("/api/audit")).GetProperty("lines").EnumerateArray().ToList();
        Assert.All(lines, line => Assert.Equal("key:default", line.GetProperty("actor").GetString()));
        Assert.Equal(
            [
                $"FindLead leadsRead {lead} 200", "FindLead leadsRead  404", "GetLead leadsRead  404", $"GetLead leadsRead {lead} 200", $"ExplainLead leadsRead {lead} 200",
                $"EraseLead leadsErase {lead} asked", $"EraseLead leadsErase {lead} 204",
            ],
            lines.Take(7).Select(Describe));
        Assert.Equal(["LiftTombstone leadsErase  asked", "LiftTombstone leadsErase  204"], lines.Skip(7).Select(Describe));
        Assert.DoesNotContain("example.com", JsonSerializer.Serialize(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_erasure_that_a_tool_asked_for_is_in_the_audit_like_one_that_a_person_asked_for()
    {
        var tool = new FakeTool("hubspot", "toldoff");
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), [tool], "--Erasure:Grace=1.00:00:00", "--Erasure:MostAnHour=1");
        await hub.TellAsync(tool, tool.Stage(FunnelStage.Interest, 0, "contact-1", "ada"));
        await hub.TellAsync(tool, tool.Event(of => new PrivacyDeletedEvent(of), 1, "contact-1"));

        await hub.TellAsync(tool, tool.Event(of => new PrivacyDeletedEvent(of), 2, "contact-2"));

        var lines = (await hub.Get<AuditStore>().ReadAsync(Monday, Monday.AddDays(1), null, null, Token)).Lines;
        Assert.Equal(
            [(tool.Record("contact-1"), "asked"), (tool.Record("contact-1"), "hidden"), (tool.Record("contact-2"), "asked"), (tool.Record("contact-2"), "stopped")],
            lines.Select(line => (line.Lead == Given.Keys.LeadOf(tool.Record("contact-1")) ? tool.Record("contact-1") : tool.Record("contact-2"), line.Outcome)));
        Assert.Equal(Given.Keys.LeadOf(tool.Record("contact-2")), lines[^1].Lead);
        Assert.All(lines, line => Assert.Equal(("connector:hubspot", Permission.LeadsErase, "PrivacyDeletion", null), (line.Actor, line.Permission, line.Action, line.Subject)));
    }

    [Fact]
    public async Task The_audit_is_read_by_lead_by_time_and_page_by_page()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, []);
        var audit = hub.Get<AuditStore>();
        await audit.AddAsync([.. Enumerable.Range(0, 501).Select(number => Line(Id("many"), Monday.AddSeconds(number)))], Token);
        await audit.AddAsync([Line(Id("one"), Monday.AddSeconds(3)), Line(Id("one"), Monday.AddDays(1))], Token);

        var first = await audit.ReadAsync(Monday, Monday.AddDays(2), null, null, Token);
        var second = await audit.ReadAsync(Monday, Monday.AddDays(2), null, first.Next, Token);

        Assert.Equal((500, 3, null), (first.Lines.Count, second.Lines.Count, second.Next));
        Assert.Equal(first.Lines.Concat(second.Lines).Select(line => line.At).Order(), first.Lines.Concat(second.Lines).Select(line => line.At));
        Assert.Equal([Monday.AddSeconds(3)], (await audit.ReadAsync(Monday, Monday.AddDays(1), Id("one"), null, Token)).Lines.Select(line => line.At));
        Assert.Equal(Monday.AddSeconds(3), Assert.Single((await audit.ReadAsync(Monday.AddSeconds(3), Monday.AddSeconds(4), Id("many"), null, Token)).Lines).At);
    }

    [Fact]
    public async Task Old_days_leave_the_audit()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, []);
        var audit = hub.Get<AuditStore>();
        await audit.AddAsync([.. Enumerable.Range(0, 150).Select(number => Line(Id("old"), Monday.AddSeconds(number)))], Token);
        await audit.AddAsync([Line(Id("old"), Monday.AddDays(1))], Token);

        await audit.RemoveOldAsync(Monday.AddDays(1), Token);

        Assert.Equal(Monday.AddDays(1), Assert.Single((await audit.ReadAsync(Monday, Monday.AddDays(2), null, null, Token)).Lines).At);
    }

    [Fact]
    public async Task Nothing_is_replayed_when_it_cannot_be_written_down()
    {
        await using var hub = await TestHub.CreateAsync(azurite, TimeProvider.System, [], NoTables);
        await hub.StartAsync();
        using var api = new HubClient(hub);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await api.PostAsync("/api/deadletters/replay", """{"entity":"inbound"}""")).Status);
    }

    [Fact]
    public async Task A_signed_in_person_changes_something_only_with_the_header_that_no_foreign_page_can_send()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, [], "--Hub:SignIn=true");
        await hub.StartAsync();
        using var http = new HttpClient { BaseAddress = hub.Url };
        http.DefaultRequestHeaders.Add(
            "X-MS-CLIENT-PRINCIPAL", Convert.ToBase64String(Encoding.UTF8.GetBytes(CallersTests.Json(Person, "Hub.Privacy"))));

        using var without = await http.DeleteAsync($"/api/leads/{Id("nobody")}", Token);
        http.DefaultRequestHeaders.Add(AccessMiddleware.RequestHeader, "1");
        using var with = await http.DeleteAsync($"/api/leads/{Id("nobody")}", Token);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.NotFound), (without.StatusCode, with.StatusCode));
        using var audit = JsonDocument.Parse(await http.GetStringAsync("/api/audit", Token));
        Assert.Equal(["asked", "404"], audit.RootElement.GetProperty("lines").EnumerateArray().Select(line => line.GetProperty("outcome").GetString()));
        Assert.All(audit.RootElement.GetProperty("lines").EnumerateArray(), line => Assert.Equal($"entra:{Person}", line.GetProperty("actor").GetString()));
    }

    [Fact]
    public async Task A_person_is_not_shown_when_it_cannot_be_written_down()
    {
        await using var hub = await TestHub.CreateAsync(azurite, _clock, []);
        await hub.StartAsync();
        using var api = new HubClient(hub);
        var lead = Id("unaudited");
        await hub.LeadAsync(lead, Known("hubspot", "unaudited"));
        await api.StatusAsync($"/api/leads/{lead}");

        await hub.Get<TableServiceClient>().DeleteTableAsync(hub.Get<HubOptions>().TablePrefix + HubTables.Audit, Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await api.StatusAsync($"/api/leads/{lead}"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await api.DeleteAsync($"/api/leads/{lead}"));
        Assert.False((await hub.StateAsync(lead)).Facts.IsEmpty);
    }

    private static AuditLine Line(LeadId lead, DateTimeOffset at) => new(at, "key:test", Permission.LeadsRead, "GetLead", lead, null, "200");

    private static string Describe(JsonElement line) =>
        $"{line.GetProperty("action")} {line.GetProperty("permission")} {line.GetProperty("lead")} {line.GetProperty("outcome")}";
}

using System.Net.Http.Json;
using System.Text.Json;
using IntegrationHub.Funnel;
using IntegrationHub.Sandbox;

namespace IntegrationHub.Functions.Tests.WriteBack;

/// <summary>Two tools whose automations rewrite what the hub writes.</summary>
public sealed class SyncLoopBreakerTests(Azurite azurite)
{
    private static readonly string[] Types = ["Salesforce", "Salesforce", "HubSpot"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 1, false)]
    [InlineData(0, 1, true)]
    [InlineData(0, 2, false)]
    [InlineData(0, 2, true)]
    public async Task With_tools_that_rewrite_every_phone_number_there_are_at_most_two_writes_per_human_edit_then_the_breaker_opens_and_ops_are_told_once(int first, int second, bool both)
    {
        await using var tools = await StartAsync(first, second);
        var (edited, other, lead) = await MetAsync(tools);
        Rewrite(tools.Tools[1], International);
        if (both)
        {
            Rewrite(tools.Tools[0], National);
        }

        var edits = 0;
        while (await BreakerAsync(tools, lead) is null)
        {
            edits++;
            Assert.True(edits < 6, "The breaker never opened.");
            var before = tools.Writes(0) + tools.Writes(1);
            Edit(tools.Tools[0], edited, $"030 {edits}");
            await tools.SettleAsync();
            Assert.InRange(tools.Writes(0) + tools.Writes(1) - before, 0, 2);
        }

        var writes = tools.Writes(0) + tools.Writes(1);
        Edit(tools.Tools[0], edited, "030 77");
        Edit(tools.Tools[1], other, "030 88");
        await tools.SettleAsync();

        Assert.Equal(writes, tools.Writes(0) + tools.Writes(1));
        var (key, subject) = Assert.Single(await tools.NoticesAsync(lead));
        Assert.Contains("phone", key, StringComparison.Ordinal);
        Assert.DoesNotContain("030 ", key + subject, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    public async Task With_tools_that_make_another_number_of_every_one_there_are_two_writes_after_one_human_edit_and_then_the_breaker_is_open(int first, int second)
    {
        await using var tools = await StartAsync(first, second);
        var (edited, _, lead) = await MetAsync(tools);
        var before = tools.Writes(0) + tools.Writes(1);
        var made = 0;
        Rewrite(tools.Tools[0], phone => $"{phone.Split('x')[0]}x{Interlocked.Increment(ref made)}");
        Rewrite(tools.Tools[1], phone => $"{phone.Split('x')[0]}x{Interlocked.Increment(ref made)}");

        Edit(tools.Tools[0], edited, "030 1");
        await tools.EventuallyAsync(async () => (await tools.NoticesAsync(lead)).Count > 0, "ops were told");
        await tools.SettleAsync();

        Assert.Equal(2, tools.Writes(0) + tools.Writes(1) - before);
        Assert.NotNull(await BreakerAsync(tools, lead));
        Assert.Single(await tools.NoticesAsync(lead));
    }

    [Fact]
    public async Task Ops_list_an_open_breaker_and_close_it_and_the_next_change_is_written_again()
    {
        await using var tools = await StartAsync(0, 1);
        var (edited, other, lead) = await MetAsync(tools);
        await OpenAsync(tools, lead);
        Edit(tools.Tools[0], edited, "030 1");
        await tools.EventuallyAsync(async () => (await tools.NoticesAsync(lead)).Count == 1, "ops were told");

        using var http = new HttpClient { BaseAddress = tools.Hub.Url, DefaultRequestHeaders = { { "x-functions-key", TestHub.Key } } };
        var listed = (await http.GetFromJsonAsync<JsonElement>("api/breakers", Token)).EnumerateArray().Single(breaker => breaker.GetProperty("leadId").GetString() == lead.Value);
        var closed = await http.DeleteAsync(new Uri($"api/breakers/{listed.GetProperty("id").GetString()}", UriKind.Relative), Token);
        var again = await http.DeleteAsync(new Uri($"api/breakers/{listed.GetProperty("id").GetString()}", UriKind.Relative), Token);
        await ToolsInStep.NextSecondAsync();
        Edit(tools.Tools[0], edited, "030 2");

        Assert.Equal(("phone", 204, 404), (listed.GetProperty("property").GetString(), (int)closed.StatusCode, (int)again.StatusCode));
        Assert.Empty(await tools.NoticesAsync(lead));
        await tools.EventuallyAsync(() => Task.FromResult(PhoneOf(tools.Tools[1], other) == "030 2"), "the change was written");
    }

    private Task<ToolsInStep> StartAsync(int first, int second) =>
        ToolsInStep.StartAsync(azurite, [Types[first], Types[second]], ("0:WriteProfile", "phone"), ("1:WriteProfile", "phone"));

    /// <summary>A person whom both tools know.</summary>
    private static async Task<(string First, string Second, LeadId Lead)> MetAsync(ToolsInStep tools)
    {
        var address = $"{Guid.NewGuid():N}@example.com";
        var first = Make(tools, 0, address);
        var lead = await tools.LeadAsync(0, first);
        var second = Make(tools, 1, address);
        await tools.UntilAsync(lead, journey => journey.Identities.Contains(IdentityKey.Person(tools.Names[1], second)), "both tools know the person");
        await tools.SettleAsync();
        return (first, second, lead);
    }

    private static async Task<SyncLoopBreaker?> BreakerAsync(ToolsInStep tools, LeadId lead) =>
        EchoRules.OpenBreaker((await tools.Hub.StateAsync(lead)).Ledger, PersonProperty.Phone, Leads.Policy.WriteBack, TimeProvider.System.GetUtcNow());

    private static Task OpenAsync(ToolsInStep tools, LeadId lead) => tools.Hub.Journeys.UpdateAsync(
        lead, state => new(state with { Ledger = state.Ledger with { Breakers = [new(PersonProperty.Phone, TimeProvider.System.GetUtcNow())] } }, []), Token);

    private static string Make(ToolsInStep tools, int tool, string address) => IsHubSpot(tools.Names[tool])
        ? $"{tools.Tools[tool].HubSpot.CreateContact(address)}"
        : tools.Tools[tool].Salesforce.CreateLead(address, "Byron", "Acme");

    private static void Edit(SandboxHost tool, string record, string phone)
    {
        if (IsContact(record))
        {
            tool.HubSpot.Update("contacts", long.Parse(record, null), ("phone", phone));
        }
        else
        {
            tool.Salesforce.Update("Lead", record, ("Phone", phone));
        }
    }

    private static string? PhoneOf(SandboxHost tool, string record) =>
        IsContact(record) ? tool.HubSpot.Get("contacts", long.Parse(record, null))?["phone"] : (string?)tool.Salesforce.Get(record)?["Phone"];

    private static void Rewrite(SandboxHost tool, Func<string, string> rewrite) => tool.Salesforce.Rewrites["Phone"] = tool.HubSpot.Rewrites["phone"] = rewrite;

    private static string International(string phone) => phone.StartsWith('0') ? $"+49 {phone[1..]}" : phone;

    private static string National(string phone) => phone.StartsWith('+') ? $"0{phone[4..]}" : phone;

    private static bool IsHubSpot(string name) => name.StartsWith("hubspot", StringComparison.Ordinal);

    private static bool IsContact(string record) => record.Length < 15;
}

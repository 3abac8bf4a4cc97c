using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using IntegrationHub.EndToEnd.Support;
using IntegrationHub.Sandbox.Salesforce;

namespace IntegrationHub.EndToEnd;

/// <summary>What people do in one tool, and what comes of it in the hub and in the other: from outside, by the contract.</summary>
[Collection<SharedWorld>]
public sealed partial class BothToolsTests(World world) : IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        world.Calm();
        (world.Vendors.HubSpot.Webhooks.TargetUrl, world.Vendors.Salesforce.Stamps) = (world.Hub.WebhookUrl, StampMode.Growing);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Contacts_merged_into_a_third_are_one_lead_under_every_former_id_and_address_and_make_no_new_record()
    {
        var (first, second) = (Contact("merge.first@example.com", "lead"), Contact("merge.second@example.com", "salesqualifiedlead"));
        await KnownAsync(first);
        var record = await RecordAsync(second);
        var records = world.Vendors.Salesforce.All("Lead").Count;

        var third = world.Vendors.HubSpot.MergeContacts(first, second, newRecord: true);

        var lead = "";
        await Wait.UntilAsync("all ids lead to one lead", Timeout, async () =>
        {
            var found = await Task.WhenAll(new[] { first, second, third }.Select(world.Hub.FindLeadAsync));
            var leads = found.Select(each => each?.GetProperty("leadId").GetString()).Distinct().ToList();
            lead = leads[0];
            return leads is [not null];
        });
        var merged = await world.Hub.AskAsync($"leads/{lead}");
        Assert.Equal("evaluation", Text(merged, "stage"));
        foreach (var address in new[] { "merge.first@example.com", "merge.second@example.com" })
        {
            Assert.Equal(lead, Text(await world.Hub.AskAsync($"leads?email={address}"), "leadId"));
        }

        Assert.Equal(lead, Text((await world.Hub.FindLeadAsync(record, "salesforce"))!.Value, "leadId"));
        world.Vendors.HubSpot.Update("contacts", third, ("jobtitle", "Merged"));
        await world.Vendors.HubSpot.Webhooks.WhenSettledAsync(Stop);
        await world.Hub.UntilIdleAsync();
        Assert.Equal(records, world.Vendors.Salesforce.All("Lead").Count);
    }

    [Fact]
    public async Task An_opt_out_in_either_tool_reaches_the_other_also_of_somebody_who_was_opted_out_before()
    {
        var before = world.Vendors.HubSpot.CreateContact("before@example.com", ("lastname", "Before"), ("company", "Silent Ltd"), ("hs_email_optout", "true"));
        world.Vendors.HubSpot.SetLifecycle(before, "salesqualifiedlead");
        var (here, there) = (Contact("here@example.com", "salesqualifiedlead"), Contact("there@example.com", "salesqualifiedlead"));
        Assert.Equal("True", world.Vendors.Salesforce.Get(await RecordAsync(before))!["HasOptedOutOfEmail"], ignoreCase: true);
        var (hereRecord, thereRecord) = (await RecordAsync(here), await RecordAsync(there));

        world.Vendors.HubSpot.Update("contacts", here, ("hs_email_optout", "true"));
        world.Vendors.Salesforce.Update("Lead", thereRecord, ("HasOptedOutOfEmail", true));

        await Wait.UntilAsync("the CRM knows", Timeout, () => Task.FromResult("true".Equals(world.Vendors.Salesforce.Get(hereRecord)!["HasOptedOutOfEmail"], StringComparison.OrdinalIgnoreCase)));
        await Wait.UntilAsync("the marketing tool knows", Timeout, () => Task.FromResult(world.Vendors.HubSpot.Get("contacts", there)!["hs_email_optout"] == "true"));
        Assert.All(await Task.WhenAll(new[] { before, here, there }.Select(world.Hub.FindLeadAsync)), lead => Assert.Equal("optedOut", Text(lead!.Value.GetProperty("consent"), "email")));
    }

    [Fact]
    public async Task A_lead_that_sales_give_back_is_marketings_again_with_the_reason_and_in_the_marketing_tool()
    {
        var contact = Contact("returned@example.com", "salesqualifiedlead");
        var record = await RecordAsync(contact);

        world.Vendors.Salesforce.SetLeadStatus(record, "Closed - Not Converted");

        await Wait.UntilAsync("marketing have it back", Timeout, async () => Text((await world.Hub.FindLeadAsync(contact))!.Value, "owner") == "marketing");
        var handoff = (await world.Hub.FindLeadAsync(contact))!.Value.GetProperty("handoffs").EnumerateArray().First(handoff => Text(handoff, "to") == "sales");
        Assert.Equal("Closed - Not Converted", Text(handoff, "returnedReason"));
        await Wait.UntilAsync("the marketing tool shows the stage", Timeout, () => Task.FromResult(world.Vendors.HubSpot.Get("contacts", contact)!["lifecyclestage"] is "lead" or "marketingqualifiedlead"));
        await Wait.UntilAsync("and the reason", TimeSpan.FromSeconds(30), () => Task.FromResult(world.Vendors.HubSpot.AssociatedIds("contacts", contact, "notes")
            .Any(note => world.Vendors.HubSpot.Get("notes", note)!["hs_note_body"]!.Contains("Closed - Not Converted", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task A_link_in_a_mail_changes_nothing_when_it_is_opened_and_acts_once_when_it_is_posted()
    {
        var contact = Contact("link@example.com", "evangelist", "Link Ltd");
        var link = "";
        await Wait.UntilAsync("the mail with the link is there", Timeout, () => Task.FromResult(
            (link = world.Mail.Mails.Select(mail => mail.Text).Where(text => text.Contains("Link Ltd", StringComparison.Ordinal)).Select(text => Links().Match(text).Value).FirstOrDefault("")).Length > 0));
        var before = (await world.Hub.FindLeadAsync(contact))!.Value.GetProperty("history").GetRawText();

        // As scanners do, several times and in both ways.
        for (var scan = 0; scan < 3; scan++)
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(world.Hub.Http.GetAsync(link, Stop)));
        }

        Assert.Equal(before, (await world.Hub.FindLeadAsync(contact))!.Value.GetProperty("history").GetRawText());
        var page = await world.Hub.Http.GetStringAsync(link, Stop);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        var (once, twice) = (await PostAsync(link, page), await PostAsync(link, page));
        Assert.DoesNotContain("Already done", once, StringComparison.Ordinal);
        Assert.Contains("Already done", twice, StringComparison.Ordinal);
        Assert.InRange((int)await StatusAsync(world.Hub.Http.GetAsync($"{link[..^4]}AAAA", Stop)), 400, 499);
    }

    [Fact]
    public async Task An_erased_person_does_not_come_back_from_either_tool()
    {
        var contact = Contact("erased@example.com", "salesqualifiedlead");
        var record = await RecordAsync(contact);
        var lead = Text((await world.Hub.FindLeadAsync(contact))!.Value, "leadId");

        using var erase = new HttpRequestMessage(HttpMethod.Delete, $"{world.Hub.Url}/api/leads/{lead}") { Headers = { { "x-functions-key", HubProcess.Key } } };
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(world.Hub.Http.SendAsync(erase, Stop)));
        world.Vendors.HubSpot.SetLifecycle(contact, "opportunity");
        world.Vendors.Salesforce.Update("Lead", record, ("Title", "Back again"));
        world.Vendors.HubSpot.Archive("contacts", contact);
        world.Vendors.HubSpot.CreateContact("ERASED@example.com", ("lifecyclestage", "lead"));
        await world.Vendors.HubSpot.Webhooks.WhenSettledAsync(Stop);

        await Wait.UntilAsync("what was said of them is counted as dropped", Timeout, async () => (await world.Hub.AskAsync("health")).GetProperty("connectors").EnumerateArray().Sum(each => each.GetProperty("dropped").GetInt64()) > 0);
        await world.Hub.UntilIdleAsync();
        Assert.Null(await world.Hub.FindLeadAsync(contact));
        Assert.Null(await world.Hub.FindLeadAsync(record, "salesforce"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(world.Hub.Http.GetAsync($"{world.Hub.Url}/api/leads?email=erased@example.com&code={HubProcess.Key}", Stop)));
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    private static async Task<HttpStatusCode> StatusAsync(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        return answer.StatusCode;
    }

    private async Task<string> PostAsync(string link, string page)
    {
        using var answer = await world.Hub.Http.PostAsync(link, new FormUrlEncodedContent(FormOf(page)), Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Stop);
    }

    /// <summary>The first form's fields as the page has them.</summary>
    private static Dictionary<string, string> FormOf(string page)
    {
        var form = page[page.IndexOf("<form", StringComparison.OrdinalIgnoreCase)..];
        form = form[..form.IndexOf("</form", StringComparison.OrdinalIgnoreCase)];
        var fields = new Dictionary<string, string>();
        foreach (Match field in Fields().Matches(form))
        {
            fields.TryAdd(field.Groups["name"].Value, field.Groups["value"].Value);
        }

        return fields;
    }

    private long Contact(string email, string stage, string company = "Both Tools Ltd")
    {
        var contact = world.Vendors.HubSpot.CreateContact(email, ("firstname", "Ada"), ("lastname", email.Split('@')[0]), ("company", company));
        world.Vendors.HubSpot.SetLifecycle(contact, stage);
        return contact;
    }

    private Task KnownAsync(long contact) => Wait.UntilAsync($"contact {contact} is known", Timeout, async () => await world.Hub.FindLeadAsync(contact) is not null);

    /// <summary>The contact's record in the CRM, once the hub knows it.</summary>
    private async Task<string> RecordAsync(long contact)
    {
        string? record = null;
        await Wait.UntilAsync($"contact {contact} is in the CRM", Timeout, async () =>
            (record = (await world.Hub.FindLeadAsync(contact))?.GetProperty("identities").EnumerateArray().Where(key => key.TryGetProperty("connector", out var name) && name.GetString() == "salesforce").Select(key => Text(key, "id")).FirstOrDefault()) is not null);
        return record!;
    }

    [GeneratedRegex(@"http://\S+/api/alerts/[^\s?#>]+")]
    private static partial Regex Links();

    [GeneratedRegex("""<(?:input|button)[^>]*name="(?<name>[^"]+)"[^>]*value="(?<value>[^"]*)"[^>]*>""")]
    private static partial Regex Fields();
}

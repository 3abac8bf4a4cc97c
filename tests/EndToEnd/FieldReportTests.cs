using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using IntegrationHub.EndToEnd.Support;
using IntegrationHub.Sandbox;
using IntegrationHub.Sandbox.Faults;
using IntegrationHub.Sandbox.Salesforce;

namespace IntegrationHub.EndToEnd;

/// <summary>
/// What people who do this job have run into with tools like this hub: inputs from reports in public, tried from
/// outside.
/// </summary>
[Collection<SharedWorld>]
public sealed class FieldReportTests(World world) : IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static long _event = 900_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private SalesforceState Crm => world.Vendors.Salesforce;

    public ValueTask InitializeAsync()
    {
        // What a test posts itself is all that the hub hears of HubSpot, unless it asks for more.
        world.Calm();
        Crm.Stamps = StampMode.Growing;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_contact_that_a_lead_was_converted_to_is_polled_and_its_opt_out_reaches_the_marketing_tool()
    {
        world.Vendors.HubSpot.Webhooks.TargetUrl = world.Hub.WebhookUrl;
        var contact = world.Vendors.HubSpot.CreateContact("converted@example.com", ("lastname", "Converted"), ("company", "Converted Ltd"));
        await UntilAsync("the person is known", async () => await world.Hub.FindLeadAsync(contact) is not null);
        var converted = Crm.ConvertLead(Crm.CreateLead("converted@example.com", "Converted", "Converted Ltd"))["ConvertedContactId"]!;
        await UntilAsync("the contact is the person's", async () => Id(await FindAsync(converted)) == Id(await world.Hub.FindLeadAsync(contact)));

        Crm.Update("Contact", converted, ("HasOptedOutOfEmail", true));

        await UntilAsync("the marketing tool knows", () => Task.FromResult(world.Vendors.HubSpot.Get("contacts", contact)!["hs_email_optout"] == "true"));
    }

    [Fact]
    public async Task Half_an_emoji_and_bytes_that_are_no_text_leave_their_neighbours_alone_in_a_webhook_and_in_a_poll()
    {
        var (broken, sound) = (Contact("half@example.com"), Contact("whole@example.com"));
        using var answer = await world.Hub.PostRawAsync(Encoding.UTF8.GetBytes($$"""
            [{"eventId":{{++_event}},"subscriptionId":77,"portalId":62515,"appId":54321,"occurredAt":{{Now}},"subscriptionType":"contact.propertyChange","attemptNumber":0,"objectId":{{broken}},"propertyName":"firstname","propertyValue":"\ud83d"},
             {"eventId":{{++_event}},"subscriptionId":77,"portalId":62515,"appId":54321,"occurredAt":{{Now}},"subscriptionType":"contact.creation","attemptNumber":0,"objectId":{{sound}}}]
            """));
        var row = Crm.CreateLead("bytes@example.com", $"{RawValue.BadByte}{RawValue.HalfEmoji}{RawValue.ControlCharacter}", "Bytes Ltd");
        var next = Crm.CreateLead("neighbour@example.com", "Neighbour", "Bytes Ltd");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await UntilAsync("all four are known", async () =>
            await world.Hub.FindLeadAsync(broken) is not null && await world.Hub.FindLeadAsync(sound) is not null && await FindAsync(row) is not null && await FindAsync(next) is not null);
        var later = Crm.CreateLead("later@example.com", "Later", "Bytes Ltd");
        await UntilAsync("the poll has gone on", async () => await FindAsync(later) is not null);
    }

    [Fact]
    public async Task A_generic_association_means_what_the_classic_one_does_and_a_kind_that_is_not_read_shows_in_health()
    {
        var contact = await KnownContactAsync("associated@example.com");
        var deal = world.Vendors.HubSpot.CreateDeal("Associated", "qualifiedtobuy", 100m, "EUR", contact);

        await PostAsync($$"""{"subscriptionType":"object.associationChange","fromObjectTypeId":"0-3","toObjectTypeId":"0-1","fromObjectId":{{deal}},"toObjectId":{{contact}},"associationRemoved":false}""");
        await PostAsync("""{"subscriptionType":"company.creation","objectId":4711}""");

        await UntilAsync("the deal is the lead's", async () => Deals(await world.Hub.FindLeadAsync(contact)).Any(each => Text(each, "id") == $"{deal}"));
        await UntilAsync("the kind is listed", async () => (await ConnectorAsync("hubspot")).GetProperty("notRead").EnumerateArray().Any(kind => Text(kind, "kind") == "company.creation"));
    }

    [Fact]
    public async Task A_customer_older_than_the_hub_is_met_as_one_and_nobody_gets_them_as_news()
    {
        var contact = world.Vendors.HubSpot.CreateContact("older@example.com", ("lastname", "Older"), ("company", "Older Ltd"), ("lifecyclestage", "customer"));

        // The first that the hub hears of them comes later than what their record says.
        await world.Hub.PostAsync(new HubSpotChange(++_event, contact, "jobtitle", "Analyst", Now + 60_000));

        await UntilAsync("they are a customer", async () => await world.Hub.FindLeadAsync(contact) is { } lead && Text(lead, "stage") == "commitment");
        await world.Hub.UntilIdleAsync();
        Assert.Empty((await world.Hub.FindLeadAsync(contact))!.Value.GetProperty("handoffs").EnumerateArray());
        Assert.DoesNotContain(Crm.All("Lead"), lead => lead["Email"] == "older@example.com");
    }

    [Fact]
    public async Task Whoever_is_first_met_by_a_new_address_is_met_with_their_stage_their_opt_out_and_their_deals()
    {
        var contact = world.Vendors.HubSpot.CreateContact(
            "readdressed@example.com", ("lastname", "Older"), ("company", "Older Ltd"), ("lifecyclestage", "opportunity"), ("hs_email_optout", "true"));
        var deal = world.Vendors.HubSpot.CreateDeal("Older", "closedwon", 100m, "EUR", contact);

        await world.Hub.PostAsync(new HubSpotChange(++_event, contact, "email", "readdressed@example.com", Now + 60_000));

        await UntilAsync("they are a customer", async () => await world.Hub.FindLeadAsync(contact) is { } lead && Text(lead, "stage") == "commitment");
        var met = (await world.Hub.FindLeadAsync(contact))!.Value;
        Assert.Equal("optedOut", Text(met.GetProperty("consent"), "email"));
        Assert.Contains(Deals(met), each => Text(each, "id") == $"{deal}");
        await world.Hub.UntilIdleAsync();
        Assert.Empty((await world.Hub.FindLeadAsync(contact))!.Value.GetProperty("handoffs").EnumerateArray());
    }

    [Fact]
    public async Task A_contact_of_the_CRM_who_is_first_met_by_a_change_of_their_address_is_met_with_their_won_deal()
    {
        var contact = Crm.Create("Contact", ("LastName", "Older"), ("Email", "changed@example.com"));
        var deal = Crm.CreateOpportunity("Older", "Closed Won", new(2026, 3, 1), 500m, contact);

        await PostChangeAsync("UPDATE", "Contact", contact, """ "Email":"changed@example.com" """);

        await UntilAsync("they are a customer", async () => await FindAsync(contact) is { } lead && Text(lead, "stage") == "commitment" && Deals(lead).Any(each => Text(each, "id") == deal));

        // A poll may report the deal meanwhile, which makes it news. Then sales have it already, and nobody gets a task.
        await UntilAsync(
            "no handoff waits", async () => (await FindAsync(contact))!.Value.GetProperty("handoffs").EnumerateArray().All(handoff => Text(handoff, "delivery") == "takenUp"));
    }

    [Fact]
    public async Task A_role_that_is_given_to_another_contact_takes_the_deal_from_the_first()
    {
        var (first, second) = (await ConvertedAsync("first@roles.example.com"), await ConvertedAsync("second@roles.example.com"));
        var deal = Crm.CreateOpportunity("Given on", "Closed Won", new(2026, 3, 1), 500m);
        var role = Crm.AddContactRole(deal, first);
        await UntilAsync("the deal is the first one's", async () => Deals(await FindAsync(first)).Any(each => Text(each, "id") == deal));

        Crm.Update("OpportunityContactRole", role, ("ContactId", second));

        await UntilAsync("the deal is the second one's", async () => Deals(await FindAsync(second)).Any(each => Text(each, "id") == deal));
        await UntilAsync("and the first one's no more", async () => !Deals(await FindAsync(first)).Any(each => Text(each, "id") == deal));
        Crm.Update("Opportunity", deal, ("Amount", 900m));
        await UntilAsync("the second one hears of it", async () => Deals(await FindAsync(second)).Any(each => Amount(each) == 900m));
        Assert.DoesNotContain(Deals(await FindAsync(first)), each => Text(each, "id") == deal);
    }

    [Fact]
    public async Task Null_is_cleared_where_a_change_names_it_and_unknown_where_it_names_others()
    {
        var converted = Crm.ConvertLead(Crm.CreateLead("avro@example.com", "Avro", "Avro Ltd"), "Avro deal");
        var (contact, deal) = (converted["ConvertedContactId"]!, converted["ConvertedOpportunityId"]!);
        Crm.Update("Opportunity", deal, ("Amount", 700m));
        await UntilAsync("the amount is known", async () => Deals(await FindAsync(contact)).Any(each => Amount(each) == 700m));

        await PostChangeAsync("UPDATE", "Opportunity", deal, """ "Amount":null,"StageName":"Negotiation/Review" """, """ "nulledFields":[],"changedFields":["StageName"] """);
        await UntilAsync("the stage is known", async () => Deals(await FindAsync(contact)).Any(each => Text(each, "stage") == "Negotiation/Review"));
        Assert.Contains(Deals(await FindAsync(contact)), each => Amount(each) == 700m);

        await PostChangeAsync("UPDATE", "Opportunity", deal, """ "StageName":"Negotiation/Review" """, """ "nulledFields":["Amount"],"changedFields":["Amount"] """);
        await UntilAsync("the amount is gone", async () => Deals(await FindAsync(contact)).Any(each => Text(each, "id") == deal && Amount(each) is null));
    }

    [Fact]
    public async Task Merges_in_a_chain_leave_one_person_with_every_record_and_address()
    {
        var contacts = await Task.WhenAll(Enumerable.Range(1, 4).Select(i => KnownContactAsync($"chain{i}@example.com")));
        for (var i = 0; i < 3; i++)
        {
            await PostAsync($$"""{"subscriptionType":"object.merge","objectTypeId":"0-1","objectId":{{contacts[i + 1]}},"primaryObjectId":{{contacts[i + 1]}},"mergedObjectIds":[{{contacts[i]}}]}""");
        }

        await UntilAsync("all four are one", async () => (await Task.WhenAll(contacts.Select(id => world.Hub.FindLeadAsync(id)))).Select(Id).Distinct().Count() == 1);
        Assert.Equal(Id(await world.Hub.FindLeadAsync(contacts[0])), Text(await world.Hub.AskAsync("leads?email=chain1@example.com"), "leadId"));
    }

    [Fact]
    public async Task A_contact_who_is_put_on_a_won_deal_that_does_not_change_gets_it_and_loses_it_when_taken_off_again()
    {
        var contact = await ConvertedAsync("role@example.com");
        var deal = Crm.CreateOpportunity("Unchanged", "Closed Won", new(2026, 3, 1), 500m);
        await PolledAsync();

        var role = Crm.AddContactRole(deal, contact);
        await UntilAsync("the deal is the lead's", async () => Deals(await FindAsync(contact)).Any(each => Text(each, "id") == deal));
        Assert.Equal("commitment", Text((await FindAsync(contact))!.Value, "stage"));

        Crm.Delete("OpportunityContactRole", role);
        await UntilAsync("the deal is the lead's no more", async () => !Deals(await FindAsync(contact)).Any(each => Text(each, "id") == deal));
        Crm.Update("Opportunity", deal, ("Amount", 900m));
        await PolledAsync();
        Assert.DoesNotContain(Deals(await FindAsync(contact)), each => Text(each, "id") == deal);
    }

    [Fact]
    public async Task An_address_that_was_handed_on_is_its_present_holders()
    {
        world.Vendors.HubSpot.Webhooks.TargetUrl = world.Hub.WebhookUrl;
        var former = Contact("desk@handed.example.com");
        await UntilAsync("the first holder is known", async () => await world.Hub.FindLeadAsync(former) is not null);
        world.Vendors.HubSpot.Update("contacts", former, ("email", "former@handed.example.com"));
        await UntilAsync("they have another address", async () => await world.Hub.FindLeadAsync(former) is { } lead && lead.GetProperty("identities").GetRawText().Contains("former@handed", StringComparison.Ordinal));

        var holder = Contact("desk@handed.example.com");
        await UntilAsync("the next holder has a lead of their own", async () => await world.Hub.FindLeadAsync(holder) is not null);
        var record = Crm.CreateLead("desk@handed.example.com", "Holder", "Handed Ltd");
        await UntilAsync("the CRM's record is the holder's", async () => Id(await FindAsync(record)) == Id(await world.Hub.FindLeadAsync(holder)));

        Assert.NotEqual(Id(await world.Hub.FindLeadAsync(former)), Id(await world.Hub.FindLeadAsync(holder)));
        Assert.Equal(Id(await world.Hub.FindLeadAsync(holder)), Text(await world.Hub.AskAsync("leads?email=desk@handed.example.com"), "leadId"));
    }

    [Fact]
    public async Task Two_spellings_of_a_domain_are_one_person()
    {
        var record = Crm.CreateLead("ada@xn--bcher-kva.example", "Spelled", "Spelled Ltd");
        await UntilAsync("the record is known", async () => await FindAsync(record) is not null);

        var contact = await KnownContactAsync("Ada@BÜCHER.example");

        Assert.Equal(Id(await FindAsync(record)), Id(await world.Hub.FindLeadAsync(contact)));
        Assert.Equal(Id(await FindAsync(record)), Text(await world.Hub.AskAsync("leads?email=ada@b%C3%BCcher.example"), "leadId"));
    }

    [Theory]
    [InlineData("GAP_OVERFLOW", "Lead", "00Q*")]
    [InlineData("GAP_UPDATE", "Contact", "003*")]
    [InlineData("GAP_OVERFLOW", "Opportunity", "000000000000000AAA")]
    public async Task Records_are_read_again_from_before_a_gap_and_health_says_so(string type, string entity, string id)
    {
        var change = $$$"""{"schema":"s","payload":{"ChangeEventHeader":{"entityName":"{{{entity}}}","recordIds":["{{{id}}}"],"changeType":"{{{type}}}","transactionKey":"{{{Guid.NewGuid()}}}","sequenceNumber":1,"commitTimestamp":{{{Now}}}}},"event":{"replayId":1}}""";

        Assert.Equal(HttpStatusCode.Accepted, await world.Hub.PostChangeAsync(change));

        await UntilAsync("the gap is read again", async () => (await ConnectorAsync("salesforce")).GetProperty("gaps").EnumerateArray()
            .Any(gap => Text(gap, "recordType") == entity && gap.GetProperty("readAgainAt").ValueKind == JsonValueKind.String));
        var after = Crm.CreateLead($"{type}.{entity}@example.com", "After", "Gap Ltd");
        await UntilAsync("the poll goes on", async () => await FindAsync(after) is not null);
    }

    [Fact]
    public async Task Two_properties_under_one_event_id_and_time_both_count()
    {
        var contact = await KnownContactAsync("twoproperties@example.com");
        var (id, at) = (++_event, Now);

        await world.Hub.PostAsync(new HubSpotChange(id, contact, "lifecyclestage", "marketingqualifiedlead", at), new HubSpotChange(id, contact, "hs_email_optout", "true", at));

        await UntilAsync("both are known", async () => await world.Hub.FindLeadAsync(contact) is { } lead && Text(lead, "stage") == "interest" && Text(lead.GetProperty("consent"), "email") == "optedOut");
    }

    [Fact]
    public async Task A_person_whose_records_were_deleted_while_a_handoff_waits_is_not_made_again_without_a_persons_say()
    {
        var record = Crm.CreateLead("deleted@example.com", "Deleted", "Deleted Ltd");
        await UntilAsync("the record is known", async () => await FindAsync(record) is not null);
        var contact = await KnownContactAsync("deleted@example.com");
        world.Vendors.Faults.Set("salesforce", new Fault { PathPrefix = "/services/data/v60.0/sobjects", Status = 503 });
        await world.Hub.PostAsync(new HubSpotChange(++_event, contact, "lifecyclestage", "salesqualifiedlead", Now));
        await UntilAsync("the handoff waits", async () => (await world.Hub.FindLeadAsync(contact))!.Value.GetProperty("handoffs").GetArrayLength() == 1);

        Crm.Delete("Lead", record);
        await UntilAsync("the deletion is known", async () => (await world.Hub.FindLeadAsync(contact))!.Value.GetProperty("history").GetRawText().Contains("recordDeleted", StringComparison.Ordinal));
        world.Vendors.Faults.Clear("salesforce");

        await UntilAsync("a person is asked", async () => (await world.Hub.AskAsync("reviews")).EnumerateArray().Any(review => Text(review, "reason") == "recordsDeleted"));
        Assert.DoesNotContain(Crm.All("Lead"), lead => lead["Email"] == "deleted@example.com");
    }

    [Fact]
    public async Task A_withheld_value_is_no_value()
    {
        var contact = world.Vendors.HubSpot.CreateContact("withheld@example.com", ("lastname", "Withheld"), ("company", "Withheld Ltd"), ("phone", "+49 30 1000001"));
        await world.Hub.PostAsync(new HubSpotChange(++_event, contact, "lifecyclestage", "salesqualifiedlead", Now));
        await UntilAsync("the CRM has the number", () => Task.FromResult(PhoneOf("withheld@example.com") == "+49 30 1000001"));

        await PostAsync($$"""{"subscriptionType":"contact.propertyChange","objectId":{{contact}},"propertyName":"phone","propertyValue":"REDACTED","isSensitive":true}""");
        await world.Hub.UntilIdleAsync();

        Assert.Equal("+49 30 1000001", PhoneOf("withheld@example.com"));
    }

    [Fact]
    public async Task What_carriers_deliver_to_is_an_address_and_what_they_do_not_is_said_to_be_none()
    {
        var record = Crm.CreateLead("a..b@example.com", "Dots", "Dots Ltd");
        await UntilAsync("the record is known", async () => await FindAsync(record) is not null);

        Assert.Equal(Id(await FindAsync(record)), Text(await world.Hub.AskAsync("leads?email=a..b@example.com"), "leadId"));
        using var refused = await world.Hub.Http.GetAsync($"{world.Hub.Url}/api/leads?email=nobody&code={HubProcess.Key}", Stop);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("not a valid e-mail address", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_id_is_found_as_people_copy_it()
    {
        var record = Crm.CreateLead("copied@example.com", "Copied", "Copied Ltd");
        await UntilAsync("the record is known", async () => await FindAsync(record) is not null);

        foreach (var copied in new[] { record[..15], $"%20{record}%20", $"{record}%0A", $"%C2%A0{record[..15]}" })
        {
            Assert.Equal(Id(await FindAsync(record)), Id(await FindAsync(copied)));
        }
    }

    [Fact]
    public async Task An_amount_that_was_cleared_is_gone()
    {
        var converted = Crm.ConvertLead(Crm.CreateLead("cleared@example.com", "Cleared", "Cleared Ltd"), "Cleared deal");
        var (contact, deal) = (converted["ConvertedContactId"]!, converted["ConvertedOpportunityId"]!);
        Crm.Update("Opportunity", deal, ("Amount", 700m));
        await UntilAsync("the amount is known", async () => Deals(await FindAsync(contact)).Any(each => Text(each, "id") == deal && Amount(each) == 700m));

        Crm.Update("Opportunity", deal, ("Amount", null));

        await UntilAsync("the amount is gone", async () => Deals(await FindAsync(contact)).Any(each => Text(each, "id") == deal && Amount(each) is null));
    }

    [Fact]
    public async Task A_won_deal_with_an_existing_customer_is_repeat_where_the_map_says_so()
    {
        var converted = Crm.ConvertLead(Crm.CreateLead("existing@example.com", "Existing", "Existing Ltd"), "Upgrade");
        Crm.Update("Opportunity", converted["ConvertedOpportunityId"]!, ("Type", "Existing Customer - Upgrade"), ("StageName", "Closed Won"));
        var contact = await KnownContactAsync("existingbusiness@example.com");
        var deal = world.Vendors.HubSpot.CreateDeal("Renewal", "closedwon", 100m, "EUR", contact);
        world.Vendors.HubSpot.Update("deals", deal, ("dealtype", "existingbusiness"));
        await PostAsync($$"""{"subscriptionType":"deal.propertyChange","objectId":{{deal}},"propertyName":"dealstage","propertyValue":"qualifiedtobuy"}""");
        await UntilAsync("the marketing tool's deal is known", async () => Deals(await world.Hub.FindLeadAsync(contact)).Any(each => Text(each, "id") == $"{deal}"));
        await PostAsync($$"""{"subscriptionType":"deal.propertyChange","objectId":{{deal}},"propertyName":"dealstage","propertyValue":"closedwon"}""");

        await UntilAsync("the CRM's customer is on Repeat", async () => await FindAsync(converted["ConvertedContactId"]!) is { } lead && Text(lead, "stage") == "repeat");
        await UntilAsync("the marketing tool's customer is on Repeat", async () => Text((await world.Hub.FindLeadAsync(contact))!.Value, "stage") == "repeat");
    }

    /// <summary>
    /// Whoever sends no more may not hear the answer any more either: the server closes the connection, or says 400.
    /// </summary>
    [Theory]
    [InlineData(true, "400")]
    [InlineData(false, "408")]
    public async Task A_body_that_is_short_or_slow_is_refused_quietly(bool ends, string status)
    {
        var before = world.Hub.Log.Length;
        using var caller = new TcpClient();
        var hub = new Uri(world.Hub.Url);
        await caller.ConnectAsync(hub.Host, hub.Port, Stop);
        await using var stream = caller.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /api/webhooks/hubspot HTTP/1.1\r\nHost: {hub.Authority}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n[{{"), Stop);
        if (ends)
        {
            caller.Client.Shutdown(SocketShutdown.Send);
        }

        string?[] expected = ends ? [status, null] : [status];
        Assert.Contains(await StatusAsync(stream), expected);
        await world.Hub.UntilIdleAsync();
        Assert.DoesNotContain("Exception", world.Hub.Log[before..], StringComparison.Ordinal);
    }

    private static async Task<string?> StatusAsync(NetworkStream stream)
    {
        using var answer = new StreamReader(stream, Encoding.ASCII);
        try
        {
            return (await answer.ReadLineAsync(Stop).AsTask().WaitAsync(Timeout, Stop))?.Split(' ')[1];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    private static string? Id(JsonElement? lead) => lead?.GetProperty("leadId").GetString();

    private static IEnumerable<JsonElement> Deals(JsonElement? lead) => lead is { } known ? known.GetProperty("deals").EnumerateArray() : [];

    private static decimal? Amount(JsonElement deal) => deal.TryGetProperty("amount", out var amount) && amount.ValueKind == JsonValueKind.Number ? amount.GetDecimal() : null;

    private static Task UntilAsync(string what, Func<Task<bool>> holds) => Wait.UntilAsync(what, Timeout, holds);

    private long Contact(string email) => world.Vendors.HubSpot.CreateContact(email, ("lastname", "Field"), ("company", "Field Ltd"));

    private async Task<long> KnownContactAsync(string email)
    {
        var contact = Contact(email);
        await PostAsync($$"""{"subscriptionType":"contact.creation","objectId":{{contact}}}""");
        await UntilAsync($"contact {contact} is known", async () => await world.Hub.FindLeadAsync(contact) is not null);
        return contact;
    }

    /// <summary>A contact of the CRM whom the hub knows, without a deal.</summary>
    private async Task<string> ConvertedAsync(string email)
    {
        var contact = Crm.ConvertLead(Crm.CreateLead(email, "Field", "Field Ltd"))["ConvertedContactId"]!;
        await UntilAsync("the contact is known", async () => await FindAsync(contact) is not null);
        return contact;
    }

    /// <summary>Posts one event of HubSpot's, given by what is its own.</summary>
    private async Task PostAsync(string its)
    {
        var common = $$"""{"eventId":{{++_event}},"subscriptionId":77,"portalId":62515,"appId":54321,"occurredAt":{{Now}},"attemptNumber":0,""";
        using var answer = await world.Hub.PostRawAsync(Encoding.UTF8.GetBytes($"[{common}{its[1..]}]"));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    private async Task PostChangeAsync(string type, string entity, string id, string fields, string named = """ "changedFields":[] """)
    {
        var header = $$"""{"entityName":"{{entity}}","recordIds":["{{id}}"],"changeType":"{{type}}","transactionKey":"{{Guid.NewGuid()}}","sequenceNumber":1,"commitTimestamp":{{Now}},{{named}}}""";
        Assert.Equal(HttpStatusCode.Accepted, await world.Hub.PostChangeAsync($$"""{"schema":"s","payload":{"ChangeEventHeader":{{header}},{{fields}} },"event":{"replayId":1} }"""));
    }

    private Task<JsonElement?> FindAsync(string record) => world.Hub.FindLeadAsync(record, "salesforce");

    private string? PhoneOf(string email) => Crm.All("Lead").FirstOrDefault(lead => lead["Email"] == email)?["Phone"];

    private async Task<JsonElement> ConnectorAsync(string name) => (await world.Hub.AskAsync("health")).GetProperty("connectors").EnumerateArray().Single(connector => Text(connector, "name") == name);

    /// <summary>Until a poll has begun and ended: the first that is counted may have begun before.</summary>
    private async Task PolledAsync()
    {
        var before = Polls();
        await UntilAsync("the CRM was polled twice", () => Task.FromResult(Polls() >= before + 2));
        await world.Hub.UntilIdleAsync();
    }

    private int Polls() => world.Vendors.Calls.Recent.Count(call => call.Path.EndsWith("/queryAll", StringComparison.Ordinal) && call.Target.Contains("Task", StringComparison.Ordinal));
}

using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using IntegrationHub.EndToEnd.Support;
using IntegrationHub.Sandbox.Faults;
using IntegrationHub.Sandbox.Salesforce;
using SmtpServer.Protocol;

namespace IntegrationHub.EndToEnd;

/// <summary>What the hub writes to its log while everything happens to a person that can.</summary>
public sealed partial class LogTests
{
    private const string Address = "needle.address@needle.example";

    /// <summary>What belongs to a person, and what opens a door.</summary>
    private static readonly string[] Needles =
    [
        "needle", "+49 30 5550", "sales@example.com", "marketing@example.com",
        HubProcess.Key, HubProcess.ClientSecret, "pat-sandbox", "sandbox-salesforce-client-secret", "00D5g000001AbCdEAK!", "Bearer", "Eby8vdM02xNOcq",
    ];

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static long _event = 900_000;

    [Fact]
    public async Task Nothing_of_a_person_and_no_secret_is_in_the_log_whatever_happens()
    {
        await using var world = await World.StartAsync(
            ("Logging__LogLevel__Default", "Information"), ("Logging__LogLevel__IntegrationHub", "Trace"), ("Logging__Console__FormatterOptions__IncludeScopes", "true"), ("Hub__RetryDelays", "00:00:01,00:00:01"));

        var token = await LiveAsync(world);
        await SendRubbishAsync(world);
        await FailEverywhereAsync(world);
        await AskAsync(world);

        Assert.All(
            new[] { "were refused as Unverified", "were refused as Malformed", "cannot be read and was parked", "returns in", "was dead-lettered as vendor-refused", "was dead-lettered as gave-up", "goes to the spool", "Handoff", "Replayed" },
            told => Assert.Contains(told, world.Hub.Log, StringComparison.Ordinal));
        foreach (var needle in Needles.Append(token))
        {
            var line = world.Hub.Log.Split(Environment.NewLine).FirstOrDefault(line => line.Contains(needle, StringComparison.OrdinalIgnoreCase));
            Assert.True(line is null, $"The log tells '{needle}': {line}");
        }
    }

    /// <summary>From the first form to a return, an advocate's stall, and the wish to be forgotten. Returns the token of a mail's link.</summary>
    private static async Task<string> LiveAsync(World world)
    {
        var (marketing, crm) = (world.Vendors.HubSpot, world.Vendors.Salesforce);
        crm.Stamps = StampMode.Growing;
        var contact = Contact(world, Address);
        await TellAsync(world, contact, "recent_conversion_event_name", "Needleform");
        await TellAsync(world, contact, "jobtitle", "Needletitle");
        await TellAsync(world, contact, "email", "needle.second@needle.example");
        await TellAsync(world, contact, "lifecyclestage", "salesqualifiedlead");
        await Wait.UntilAsync("the lead is in the CRM", Timeout, () => Task.FromResult(crm.All("Task").Count == 1));
        var record = crm.All("Lead").Single().Id;
        crm.CompleteTask(crm.All("Task").Single().Id);
        crm.SetLeadStatus(record, "Working - Contacted");
        crm.Update("Lead", record, ("Phone", "+49 30 5550199"));
        crm.SetLeadStatus(record, "Closed - Not Converted");
        await Wait.UntilAsync("the lead is back with marketing", Timeout, async () => (await world.Hub.FindLeadAsync(contact))?.GetProperty("owner").GetString() == "marketing");
        await TellAsync(world, contact, "hs_email_optout", "true");

        var advocate = Contact(world, "needle.advocate@needle.example");
        await TellAsync(world, advocate, "lifecyclestage", "evangelist");
        await TellAsync(world, advocate, "lifecyclestage", "needlestage");
        await Wait.UntilAsync("both teams are told", Timeout, () => Task.FromResult(world.Mail.Mails.Count >= 2));

        var token = await OpenLinkAsync(world);
        crm.CreateLead("needle.twice@needle.example", "Needletwice", "Needlecompany");
        crm.CreateLead("needle.twice@needle.example", "Needletwice", "Needlecompany");
        await TellAsync(world, Contact(world, "needle.twice@needle.example"), "lifecyclestage", "salesqualifiedlead");

        var deal = marketing.CreateDeal("Needledeal", "contractsent", 1234.56m, "EUR", contact);
        await PostAsync(world, new HubSpotChange(Next(), deal, "", "", Now()) { SubscriptionType = "deal.creation" });
        await PostAsync(world, new HubSpotChange(Next(), advocate, "", "", Now()) { SubscriptionType = "contact.privacyDeletion" });
        await world.Hub.UntilIdleAsync();
        return token;
    }

    /// <summary>Somebody puts a stalled lead off by the link in a mail, and says why.</summary>
    private static async Task<string> OpenLinkAsync(World world)
    {
        var link = world.Mail.Mails.Select(mail => Links().Match(mail.Text).Value).First(link => link.Length > 0);
        var choice = Choices().Match(await world.Hub.Http.GetStringAsync(link)).Groups[1].Value;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(world.Hub.Http.PostAsync(link, new FormUrlEncodedContent([new("until", choice), new("reason", "Needlereason")]))));
        await StatusAsync(world.Hub.Http.GetAsync($"{world.Hub.Url}/api/alerts/needle"));
        return link.Split('/')[^1];
    }

    private static async Task SendRubbishAsync(World world)
    {
        var genuine = Encoding.UTF8.GetBytes($$"""[{"eventId":1,"subscriptionType":"contact.propertyChange","propertyValue":"{{Address}}"}]""");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(world.Hub.PostRawAsync(genuine, secret: "needlesecret")));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(world.Hub.PostRawAsync(genuine, signedAt: DateTimeOffset.UtcNow.AddHours(-1))));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(world.Hub.PostRawAsync(Encoding.UTF8.GetBytes($$"""{"email":"{{Address}}"""))));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(world.Hub.PostRawAsync(genuine, connector: Uri.EscapeDataString(Address))));
        Assert.Equal(HttpStatusCode.Accepted, await StatusAsync(world.Hub.PostRawAsync(Encoding.UTF8.GetBytes($$"""[{"objectId":"{{Address}}"},{"eventId":2,"subscriptionType":"contact.propertyChange","portalId":62515}]"""))));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await StatusAsync(world.Hub.PostRawAsync(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Address, 50_000))))));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(world.Hub.Http.PostAsync($"{world.Hub.Url}/api/webhooks/salesforce/outbound/needlesecret/more", new StringContent(Address))));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(world.Hub.Http.PostAsync($"{world.Hub.Url}/api/webhooks/salesforce/cdc", new StringContent(Address))));
        await world.Hub.UntilIdleAsync();
    }

    /// <summary>The tools refuse, fail and break off; the bus, the tables and the mail server go away.</summary>
    private static async Task FailEverywhereAsync(World world)
    {
        foreach (var fault in new Fault[] { new() { Status = 400, Code = Address }, new() { Status = 500 }, new() { Kind = FaultKind.Reset } })
        {
            world.Vendors.Faults.Set("hubspot", fault);
            world.Vendors.Faults.Set("salesforce", fault with { Method = "PATCH" });
            await TellAsync(world, Contact(world, $"needle.{Next()}@needle.example"), "lifecyclestage", "salesqualifiedlead");
            world.Vendors.Faults.Set("hubspot");
            await TellAsync(world, Contact(world, $"needle.{Next()}@needle.example"), "lifecyclestage", "salesqualifiedlead");
            await world.Hub.UntilIdleAsync();
        }

        await Wait.UntilAsync("messages are given up", Timeout, () => Task.FromResult(world.Hub.Log.Contains("was dead-lettered as gave-up", StringComparison.Ordinal)));
        world.Vendors.Faults.Clear();

        world.Mail.RefusesMail = _ => new SmtpResponse(SmtpReplyCode.ServiceUnavailable, "needle");
        await TellAsync(world, Contact(world, "needle.unmailed@needle.example"), "lifecyclestage", "evangelist");
        await Wait.UntilAsync("the mail fails", Timeout, async () => (await world.Hub.AskAsync("health")).GetProperty("mail").GetProperty("state").GetString() == "failing");
        world.Mail.RefusesMail = _ => null;

        await File.WriteAllTextAsync(world.BusUnavailable, "", TestContext.Current.CancellationToken);
        await Wait.UntilAsync("the bus is away", Timeout, async () =>
        {
            await TellAsync(world, Contact(world, $"needle.{Next()}@needle.example"), "firstname", "Needlespooled");
            return world.Hub.Log.Contains("goes to the spool", StringComparison.Ordinal);
        });
        File.Delete(world.BusUnavailable);
        await Wait.UntilAsync("the bus is back", Timeout, async () => await StatusAsync(world.Hub.Http.GetAsync($"{world.Hub.Url}/api/health?code={HubProcess.Key}")) == HttpStatusCode.OK);

        await world.Tables.StopAsync();
        await TellAsync(world, Contact(world, "needle.waiting@needle.example"), "lastname", "Needlewaiting");
        await Wait.UntilAsync("the tables are missed", Timeout, async () => await StatusAsync(world.Hub.Http.GetAsync($"{world.Hub.Url}/api/leads?email={Address}&code={HubProcess.Key}")) == HttpStatusCode.InternalServerError);
        await world.Tables.StartAsync();
    }

    private static async Task AskAsync(World world)
    {
        await Wait.UntilAsync("the lead is found by its address", Timeout, async () => await StatusAsync(world.Hub.Http.GetAsync($"{world.Hub.Url}/api/leads?email={Address}&code={HubProcess.Key}")) == HttpStatusCode.OK);
        var lead = (await world.Hub.AskAsync($"leads?email={Address}")).GetProperty("leadId").GetString();
        await world.Hub.AskAsync($"leads/{lead}/why");
        await world.Hub.AskAsync("reviews");
        await world.Hub.AskAsync("deadletters?entity=funnel/to-sales");
        using var replay = new HttpRequestMessage(HttpMethod.Post, $"{world.Hub.Url}/api/deadletters/replay") { Content = new StringContent("""{"entity":"funnel/to-sales"}"""), Headers = { { "x-functions-key", HubProcess.Key } } };
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(world.Hub.Http.SendAsync(replay)));
        using var erase = new HttpRequestMessage(HttpMethod.Delete, $"{world.Hub.Url}/api/leads/{lead}") { Headers = { { "x-functions-key", HubProcess.Key } } };
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(world.Hub.Http.SendAsync(erase)));
        await TellAsync(world, Contact(world, Address.Replace("address", "other", StringComparison.Ordinal)), "email", Address);
        await world.Hub.UntilIdleAsync();
    }

    private static long Contact(World world, string email) => world.Vendors.HubSpot.CreateContact(
        email, ("firstname", "Needlefirst"), ("lastname", "Needlelast"), ("company", "Needlecompany"), ("phone", "+49 30 5550123"), ("jobtitle", "Needlejob"), ("country", "Needleland"));

    private static long Next() => Interlocked.Increment(ref _event);

    private static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private static Task TellAsync(World world, long contact, string property, string value) => PostAsync(world, new HubSpotChange(Next(), contact, property, value, Now()));

    private static async Task PostAsync(World world, HubSpotChange change) => Assert.Equal(HttpStatusCode.Accepted, await StatusAsync(world.Hub.PostAsync(change)));

    private static async Task<HttpStatusCode> StatusAsync(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        return answer.StatusCode;
    }

    [GeneratedRegex(@"http://\S+/api/alerts/[^\s?#>]+")]
    private static partial Regex Links();

    [GeneratedRegex("name=\"until\" value=\"([^\"]*)\"")]
    private static partial Regex Choices();
}

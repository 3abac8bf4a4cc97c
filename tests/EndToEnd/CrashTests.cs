using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using IntegrationHub.EndToEnd.Support;

namespace IntegrationHub.EndToEnd;

/// <summary>The hub is killed at any moment, twenty times over, and started again on the same data.</summary>
public sealed class CrashTests(World world) : IClassFixture<World>
{
    private const int Kills = 20;
    private const int Senders = 6;
    private const int LeadsOfEach = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Nothing_accepted_is_lost_or_counted_twice_by_twenty_kills()
    {
        var contacts = Enumerable.Range(0, Senders * LeadsOfEach)
            .Select(number => world.Vendors.HubSpot.CreateContact($"crash{number}@example.com", ("lastname", $"Crash {number}"), ("company", $"Phoenix {number}")))
            .ToList();
        var accepted = new ConcurrentDictionary<long, ConcurrentBag<long>>();
        using var enough = new CancellationTokenSource();
        var senders = Enumerable.Range(0, Senders).Select(sender => SendAsync([.. contacts.Skip(sender * LeadsOfEach).Take(LeadsOfEach)], sender, accepted, enough.Token)).ToList();

        // The moments are spread and the same in every run; what they hit is not.
        var moments = new Random(20261122);
        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(moments.Next(50, 900), TestContext.Current.CancellationToken);
            await world.Hub.KillAsync();
            await world.Hub.StartAsync();
        }

        await enough.CancelAsync();
        await Task.WhenAll(senders);
        Assert.True(accepted.Values.Sum(events => events.Count) > Kills, "too little came through to say anything");

        await EveryAcceptedEventIsOnItsJourneyOnceAsync(accepted);
        await NothingIsGivenUpAsync();
        await EveryHandoffIsInTheCrmOnceAsync(accepted.Keys);
        await NoMailIsSentTwiceButUnderOneMessageIdAsync();
    }

    /// <summary>
    /// Half of the contacts go to sales with their first event, the others to Referral, where they stall; the rest changes no stage. As a vendor does, an event without a yes is sent again as it
    /// was: whether a kill came before or after it was taken nobody knows.
    /// </summary>
    private async Task SendAsync(List<long> contacts, int sender, ConcurrentDictionary<long, ConcurrentBag<long>> accepted, CancellationToken enough)
    {
        for (var number = 0; !enough.IsCancellationRequested; number++)
        {
            var contact = contacts[number % contacts.Count];
            var (property, value) = number >= contacts.Count ? ("jobtitle", $"Title {number}") : ("lifecyclestage", sender % 2 == 0 ? "salesqualifiedlead" : "evangelist");
            var change = new HubSpotChange((sender * 1_000_000L) + number, contact, property, value, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            while (!await IsAcceptedAsync(change))
            {
                await Task.Delay(50, CancellationToken.None);
            }

            accepted.GetOrAdd(contact, _ => []).Add(change.OccurredAt);
        }
    }

    private async Task<bool> IsAcceptedAsync(HubSpotChange change)
    {
        try
        {
            using var answer = await world.Hub.PostAsync(change);
            return answer.StatusCode == HttpStatusCode.Accepted;
        }
        catch (Exception killed) when (killed is HttpRequestException or IOException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>An event is known on the journey by its time: one contact's events are sent one after the other.</summary>
    private async Task EveryAcceptedEventIsOnItsJourneyOnceAsync(ConcurrentDictionary<long, ConcurrentBag<long>> accepted)
    {
        foreach (var (contact, sent) in accepted)
        {
            Assert.Equal(sent.Distinct().Count(), sent.Count);
            List<(string Kind, long At)> facts = [];
            await Wait.UntilAsync($"all {sent.Count} events of contact {contact} are there{Environment.NewLine}{world.Hub.Log}", Patience, async () =>
            {
                await NothingIsGivenUpAsync();
                facts = await FactsAsync(contact);
                return !sent.Except(facts.Select(fact => fact.At)).Any();
            });

            // One event says at most one thing of each kind, and nothing is there that was not sent.
            Assert.Equal(facts.Distinct().Order(), facts.Order());
            Assert.Empty(facts.Select(fact => fact.At).Except(sent));
        }
    }

    private async Task NothingIsGivenUpAsync()
    {
        JsonElement health = default;
        await Wait.UntilAsync("health answers", Patience, async () =>
        {
            using var answer = await world.Hub.Http.GetAsync($"{world.Hub.Url}/api/health?code={HubProcess.Key}", TestContext.Current.CancellationToken);
            health = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        });
        Assert.All(health.GetProperty("queues").EnumerateArray(), queue => Assert.True(queue.GetProperty("deadLettered").GetInt32() == 0, $"dead letters: {queue}"));
    }

    /// <summary>What HubSpot's events say on a journey; the CRM's rows say things of their own.</summary>
    private async Task<List<(string Kind, long At)>> FactsAsync(long contact) =>
        await world.Hub.FindLeadAsync(contact) is { } lead
            ? [.. lead.GetProperty("history").EnumerateArray()
                .Where(fact => fact.GetProperty("connector").GetString() == "hubspot")
                .Select(fact => (Kind: fact.GetProperty("kind").GetString()!, At: fact.GetProperty("occurredAt").GetDateTimeOffset().ToUnixTimeMilliseconds()))
                .Where(fact => fact.Kind is "stageClaimed" or "profileChanged")]
            : [];

    private async Task EveryHandoffIsInTheCrmOnceAsync(IEnumerable<long> contacts)
    {
        var announced = new List<string>();
        foreach (var contact in contacts)
        {
            JsonElement lead = default;
            await Wait.UntilAsync($"the handoffs of contact {contact} are settled{Environment.NewLine}{world.Hub.Log}", Patience, async () =>
            {
                lead = (await world.Hub.FindLeadAsync(contact))!.Value;
                return lead.GetProperty("handoffs").EnumerateArray().All(handoff => handoff.GetProperty("to").GetString() != "sales" || handoff.GetProperty("delivery").GetString() == "delivered");
            });
            announced.AddRange(lead.GetProperty("handoffs").EnumerateArray().Where(handoff => handoff.GetProperty("to").GetString() == "sales").Select(handoff => handoff.GetProperty("id").GetString()!));
            var email = world.Vendors.HubSpot.Get("contacts", contact)!["email"];
            Assert.InRange(world.Vendors.Salesforce.All("Lead").Count(record => record["Email"] == email), 0, 1);
        }

        Assert.NotEmpty(announced);
        Assert.Equal(announced.Order(), world.Vendors.Salesforce.All("Task").Select(task => task["IntegrationHub_Handoff_Id__c"]!).Order());
    }

    private async Task NoMailIsSentTwiceButUnderOneMessageIdAsync()
    {
        await Wait.UntilAsync("mails about stalled leads are there", Patience, async () => (await world.MailsAsync()).Count > 0);
        var mails = await world.MailsAsync();
        var byId = mails.GroupBy(mail => mail.GetProperty("messageId").GetString()!).ToList();

        // One mail for each recipient, lead and alert: the subject names the lead, and a repeat after a crash has the same id and the same words.
        Assert.DoesNotContain(mails, mail => mail.GetProperty("subject").GetString()!.Contains("without a name", StringComparison.Ordinal));
        Assert.All(byId, same => Assert.Single(same.Select(mail => mail.GetProperty("subject").GetString()).Distinct()));
        var byWhat = mails.GroupBy(mail => (mail.GetProperty("to")[0].GetProperty("address").GetString(), Lead: mail.GetProperty("subject").GetString()!.Split(']')[1]));
        Assert.All(byWhat, same => Assert.Single(same.Select(mail => mail.GetProperty("messageId").GetString()).Distinct()));
        Assert.All(byId, same => Assert.InRange(same.Count(), 1, 1 + Kills));
        Assert.True(byId.Count(same => same.Count() > 1) <= Kills, "more mails were repeated than there were kills");
    }
}

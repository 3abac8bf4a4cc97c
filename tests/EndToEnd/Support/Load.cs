using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.EndToEnd.Support;

/// <summary>
/// Senders that give the hub no rest, and what must hold of what they sent. As a vendor does, an event without a yes is sent again as it was: whether
/// a kill came before or after it was taken nobody knows.
/// </summary>
internal sealed class Load(World world) : IAsyncDisposable
{
    private const int Senders = 6;
    private const int LeadsOfEach = 8;

    /// <summary>Longer than the two minutes for which a hub that was killed still claims the mails that it was about to send.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(180);
    private static int _loads;

    private readonly ConcurrentDictionary<long, ConcurrentBag<long>> _accepted = new();
    private readonly int _number = Interlocked.Increment(ref _loads);
    private readonly CancellationTokenSource _enough = new();
    private readonly CancellationTokenSource _abandoned = new();
    private Task[] _sending = [];

    /// <summary>Gets how many events the hub has said yes to.</summary>
    public int Accepted => _accepted.Values.Sum(events => events.Count);

    /// <summary>Gets the mails about the contacts of this load, and not those of an earlier one in the same world.</summary>
    public IEnumerable<ReceivedMail> Mails => world.Mail.Mails.Where(mail => mail.Text.Contains($"Phoenix {_number} ", StringComparison.Ordinal));

    /// <summary>Half of the contacts go to sales with their first event, the others to Referral, where they stall; the rest changes no stage.</summary>
    public void Start()
    {
        _sending =
        [
            .. Enumerable.Range(0, Senders).Select(sender => SendAsync(
                [
                    .. Enumerable.Range(0, LeadsOfEach).Select(number => world.Vendors.HubSpot.CreateContact(
                        $"load{_number}.{sender}.{number}@example.com", ("lastname", $"Load {_number} {sender} {number}"), ("company", $"Phoenix {_number} {sender} {number}"))),
                ],
                (_number * 100_000_000L) + (sender * 1_000_000L),
                sender % 2 == 0 ? "salesqualifiedlead" : "evangelist")),
        ];
    }

    /// <summary>Ends it, once every event that was begun is taken.</summary>
    public async Task StopAsync()
    {
        await _enough.CancelAsync();
        await Task.WhenAll(_sending);
    }

    /// <summary>Everything that was accepted is on its journey once, every handoff in the CRM once, and no mail was repeated but under its Message-ID.</summary>
    public async Task AssertNothingIsLostOrDoubledAsync()
    {
        await AssertEveryEventIsOnItsJourneyOnceAsync();
        await AssertNothingIsGivenUpAsync();
        await AssertEveryHandoffIsInTheCrmOnceAsync();
        await AssertMailsAreRepeatedOnlyUnderOneMessageIdAsync();
    }

    /// <summary>Ends it at once: after a failure, nobody may be there to take what was begun.</summary>
    public async ValueTask DisposeAsync()
    {
        await _abandoned.CancelAsync();
        await StopAsync();
        _enough.Dispose();
        _abandoned.Dispose();
    }

    private async Task SendAsync(IReadOnlyList<long> contacts, long firstEvent, string stage)
    {
        for (var number = 0; !_enough.IsCancellationRequested; number++)
        {
            var contact = contacts[number % contacts.Count];
            var (property, value) = number >= contacts.Count ? ("jobtitle", $"Title {number}") : ("lifecyclestage", stage);
            var change = new HubSpotChange(firstEvent + number, contact, property, value, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            while (!await IsAcceptedAsync(change))
            {
                if (_abandoned.IsCancellationRequested)
                {
                    return;
                }

                await Task.Delay(50, TestContext.Current.CancellationToken);
            }

            _accepted.GetOrAdd(contact, _ => []).Add(change.OccurredAt);
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
    private async Task AssertEveryEventIsOnItsJourneyOnceAsync()
    {
        foreach (var (contact, sent) in _accepted)
        {
            Assert.Equal(sent.Distinct().Count(), sent.Count);
            List<(string Kind, long At)> facts = [];
            await Wait.UntilAsync($"all {sent.Count} events of contact {contact} are there", Timeout, async () =>
            {
                await AssertNothingIsGivenUpAsync();
                facts = await FactsAsync(contact);
                return !sent.Except(facts.Select(fact => fact.At)).Any();
            });

            // One event says at most one thing of each kind, and nothing is there that was not sent.
            Assert.Equal(facts.Distinct().Order(), facts.Order());
            Assert.Empty(facts.Select(fact => fact.At).Except(sent));
        }
    }

    private async Task AssertNothingIsGivenUpAsync()
    {
        JsonElement health = default;
        await Wait.UntilAsync("health answers", Timeout, async () => (health = await world.Hub.FindHealthAsync()).ValueKind == JsonValueKind.Object);
        Assert.All(
            health.GetProperty("queues").EnumerateArray(),
            queue => Assert.True(queue.GetProperty("deadLettered").GetInt32() == 0, $"dead letters: {queue}{Environment.NewLine}{world.Hub.Log}"));
    }

    /// <summary>What HubSpot's events say on a journey; the CRM's rows say things of their own.</summary>
    private async Task<List<(string Kind, long At)>> FactsAsync(long contact) =>
        await world.Hub.FindLeadAsync(contact) is { } lead
            ? [.. lead.GetProperty("history").EnumerateArray()
                .Where(fact => fact.GetProperty("connector").GetString() == "hubspot")
                .Select(fact => (Kind: fact.GetProperty("kind").GetString()!, At: fact.GetProperty("occurredAt").GetDateTimeOffset().ToUnixTimeMilliseconds()))
                .Where(fact => fact.Kind is "stageClaimed" or "profileChanged")]
            : [];

    private async Task AssertEveryHandoffIsInTheCrmOnceAsync()
    {
        var announced = new List<string>();
        foreach (var contact in _accepted.Keys)
        {
            List<JsonElement> handoffs = [];
            await Wait.UntilAsync($"the handoffs of contact {contact} are settled", Timeout, async () =>
            {
                var lead = (await world.Hub.FindLeadAsync(contact))!.Value;
                handoffs = [.. lead.GetProperty("handoffs").EnumerateArray().Where(handoff => handoff.GetProperty("to").GetString() == "sales")];
                return handoffs.TrueForAll(handoff => handoff.GetProperty("delivery").GetString() == "delivered");
            });
            announced.AddRange(handoffs.Select(handoff => handoff.GetProperty("id").GetString()!));
            var email = world.Vendors.HubSpot.Get("contacts", contact)!["email"];
            Assert.InRange(world.Vendors.Salesforce.All("Lead").Count(record => record["Email"] == email), 0, 1);
        }

        var tasks = world.Vendors.Salesforce.All("Task").Select(task => task["IntegrationHub_Handoff_Id__c"]!).ToList();
        Assert.NotEmpty(announced);
        Assert.Equal(tasks.Distinct().Count(), tasks.Count);
        Assert.Empty(announced.Except(tasks));
    }

    /// <summary>One mail for each recipient, lead and alert: the subject names the lead, and a repeat after a crash has the same id and the same words.</summary>
    private async Task AssertMailsAreRepeatedOnlyUnderOneMessageIdAsync()
    {
        await Wait.UntilAsync("mails about stalled leads are there", Timeout, () => Task.FromResult(Mails.Any()));
        var mails = world.Mail.Mails;
        Assert.DoesNotContain(mails, mail => mail.Subject.Contains("without a name", StringComparison.Ordinal));
        Assert.All(mails.GroupBy(mail => mail.Header("Message-ID")), same => Assert.Single(same.Select(mail => mail.Subject).Distinct()));
        var byWhat = mails.GroupBy(mail => (mail.To[0], Lead: mail.Subject.Split(']')[1]));
        Assert.All(byWhat, same => Assert.Single(same.Select(mail => mail.Header("Message-ID")).Distinct()));
    }
}

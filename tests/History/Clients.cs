using System.Net;
using IntegrationHub.History.Recording;
using IntegrationHub.History.World;

namespace IntegrationHub.History;

/// <summary>
/// People at work in both tools, and one of ops who erases. Each client has persons of its own, so that what one of them does comes in an order; what the
/// persons of several clients meet does not.
/// </summary>
internal sealed class Clients(HistoryWorld world, HistoryLog log, int seed)
{
    private const int Count = 3;
    private const int PersonsOfEach = 40;
    private const int LongestPause = 900;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);
    private int _persons;

    /// <summary>Works until it is stopped, and returns once everything that was begun is done.</summary>
    /// <param name="enough">Ends the work.</param>
    /// <param name="abandoned">Ends it at once, with what was begun.</param>
    public Task RunAsync(CancellationToken enough, CancellationToken abandoned) =>
        Task.WhenAll(Enumerable.Range(0, Count).Select(client => WorkAsync(new Random((seed * 31) + client), enough, abandoned)));

    private async Task WorkAsync(Random random, CancellationToken enough, CancellationToken abandoned)
    {
        var (persons, waits, step) = (new List<Person>(), new List<Task>(), 0);
        while (!enough.IsCancellationRequested)
        {
            if (persons.Count == 0 || (random.Next(5) == 0 && persons.Count < PersonsOfEach))
            {
                persons.Add(Make());
            }

            if (++step % 3 == 0)
            {
                ChangeInCrm(persons, random, step);
            }
            else
            {
                Act(persons[random.Next(persons.Count)], random, step, waits, abandoned);
            }

            await Task.Delay(random.Next(100, LongestPause), CancellationToken.None);
        }

        await Task.WhenAll(waits);
    }

    private Person Make()
    {
        var number = Interlocked.Increment(ref _persons);
        var (email, mark) = ($"person{number}@example.com", $"Mark{number:D4}x");
        var contact = world.Vendors.HubSpot.CreateContact(email);
        log.Add(new PersonMade(TimeProvider.System.GetUtcNow(), contact, email, mark));
        world.Vendors.HubSpot.Update("contacts", contact, ("lastname", mark), ("company", $"Company of {mark}"));
        return new(contact, email);
    }

    private void Act(Person person, Random random, int step, List<Task> waits, CancellationToken abandoned)
    {
        switch (random.Next(100))
        {
            case < 26:
                Set(person, ("jobtitle", $"{(random.Next(4) == 0 ? "Loop" : "Title")} {step} of {person.Contact}"));
                break;
            case < 40:
                Set(person, ("phone", $"+49 30 {step:D6}"));
                break;
            case < 58:
                Set(person, ("lifecyclestage", "salesqualifiedlead"));
                break;
            case < 66:
                Set(person, ("lifecyclestage", random.Next(2) == 0 ? "lead" : "marketingqualifiedlead"));
                break;
            case < 80:
                Set(person, ("lifecyclestage", "evangelist"));
                break;
            case < 88:
                Set(person, ("recent_conversion_event_name", $"Form {step}"));
                break;
            case < 95 when person is { OptedOut: false, Erased: false }:
                person.OptedOut = true;
                Set(person, ("hs_email_optout", "true"));
                waits.Add(WaitForOptOutAsync(person, new Random(random.Next()), abandoned));
                break;
            case >= 95 when !person.Erased:
                person.Erased = true;
                waits.Add(EraseAsync(person.Contact, new Random(random.Next()), abandoned));
                break;
            default:
                break;
        }
    }

    private void Set(Person person, params (string Name, string Value)[] properties) => world.Vendors.HubSpot.Update("contacts", person.Contact, properties);

    /// <summary>Accepts, returns, hands to a colleague or edits a record that one of the persons has.</summary>
    private void ChangeInCrm(List<Person> persons, Random random, int step)
    {
        var contacts = persons.ToDictionary(person => person.Email, person => person.Contact);
        var records = world.Vendors.Salesforce.All("Lead").Where(lead => contacts.ContainsKey(lead["Email"] ?? "")).ToList();
        if (records.Count == 0)
        {
            return;
        }

        var record = records[random.Next(records.Count)];
        var contact = contacts[record["Email"]!];
        var owners = world.Vendors.Salesforce.Owners;
        var (field, value) = random.Next(8) switch
        {
            0 or 1 => ("Status", "Working - Contacted"),
            2 or 3 => ("Status", "Closed - Not Converted"),
            4 => ("OwnerId", owners[random.Next(owners.Count)]),
            5 => ("Title", $"Loop {step} of {contact}"),
            _ => ("Phone", $"+49 40 {step:D6}"),
        };
        log.Add(new ToolChanged(TimeProvider.System.GetUtcNow(), contact, record.Id, field, value));
        world.Vendors.Salesforce.Update("Lead", record.Id, (field, value));
    }

    /// <summary>Waits until a hub shows the opt-out; nobody shows one of a person who is erased meanwhile.</summary>
    private async Task WaitForOptOutAsync(Person person, Random random, CancellationToken abandoned)
    {
        var isShown = false;
        await UntilAsync(
            random,
            async hub => person.Erased
                || (isShown = await hub.FindLeadAsync(person.Contact) is { } lead && lead.GetProperty("consent").GetProperty("email").GetString() == "optedOut"),
            abandoned);
        if (isShown)
        {
            log.Add(new OptOutShown(TimeProvider.System.GetUtcNow(), person.Contact));
        }
    }

    /// <summary>Erases until a hub says yes: one that does not answer may have done so, and then the lead is unknown to the next.</summary>
    private async Task EraseAsync(long contact, Random random, CancellationToken abandoned)
    {
        var lead = "";
        await UntilAsync(
            random,
            async hub => (lead = (await hub.FindLeadAsync(contact))?.GetProperty("leadId").GetString() ?? "").Length > 0,
            abandoned);
        log.Add(new ErasureAsked(TimeProvider.System.GetUtcNow(), contact, lead));
        var mayBeDone = false;
        await UntilAsync(
            random,
            async hub =>
            {
                var before = mayBeDone;
                mayBeDone = true;
                var status = (int)await hub.EraseAsync(lead);
                return status is >= 200 and < 300 || (before && status == (int)HttpStatusCode.NotFound);
            },
            abandoned);
        log.Add(new ErasureAnswered(TimeProvider.System.GetUtcNow(), contact, lead));
    }

    /// <summary>Asks one hub after the other until one says yes; those that are gone or in trouble say no.</summary>
    private async Task UntilAsync(Random random, Func<HubUnderTest, Task<bool>> holds, CancellationToken abandoned)
    {
        while (!abandoned.IsCancellationRequested)
        {
            try
            {
                if (await holds(world.AnyHub(random)))
                {
                    return;
                }
            }
            catch (Exception gone) when (gone is HttpRequestException or TaskCanceledException or IOException)
            {
                // Another one may answer.
            }

            await Task.Delay(Patience, CancellationToken.None);
        }

        abandoned.ThrowIfCancellationRequested();
    }

    private sealed class Person(long contact, string email)
    {
        public long Contact => contact;

        public string Email => email;

        public bool OptedOut { get; set; }

        public bool Erased { get; set; }
    }
}

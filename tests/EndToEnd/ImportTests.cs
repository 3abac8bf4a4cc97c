using System.Globalization;
using System.Net;
using System.Text.Json;
using IntegrationHub.EndToEnd.Support;
using IntegrationHub.Sandbox;

namespace IntegrationHub.EndToEnd;

/// <summary>
/// A CRM of many years meets a new hub. <c>HUB_TEST_ROWS</c> says how many rows it has: fifty thousand prove more than the few hundred of a usual run, and take
/// long (docs/performance.md).
/// </summary>
public sealed class ImportTests
{
    private const int UsualRows = 300, Looked = 300;

    private static readonly int Rows = int.TryParse(Environment.GetEnvironmentVariable("HUB_TEST_ROWS"), CultureInfo.InvariantCulture, out var rows) ? rows : UsualRows;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60 + (Rows / 20));

    [Fact]
    public async Task A_CRM_of_many_years_is_read_without_a_task_a_write_or_a_mail_and_the_next_event_is_handed_over()
    {
        var time = new ShiftedTime { Now = new DateTimeOffset(2019, 5, 6, 9, 0, 0, TimeSpan.Zero) };
        List<string> people = [], deals = [];
        await using var world = await World.StartAsync(new SandboxOptions { Urls = World.AnyPort, Time = time }, vendors => Fill(vendors, time, people, deals), Settings());

        foreach (var person in people.Where((_, number) => number % Math.Max(1, people.Count / Looked) == 0).Append(people[^1]))
        {
            await Wait.UntilAsync($"{person} is known", Timeout, async () => await world.Hub.FindLeadAsync(person, "salesforce") is not null);
        }

        await world.Hub.UntilIdleAsync();
        Assert.Empty(world.Vendors.Salesforce.All("Task"));
        Assert.Empty(Writes(world));
        Assert.Empty(world.Mail.Mails);
        var old = await world.Hub.FindLeadAsync(people[^1], "salesforce");
        Assert.Equal(("commitment", 0, 0), (old!.Value.GetProperty("stage").GetString(), Count(old.Value, "handoffs"), Count(old.Value, "alerts")));

        var contact = world.Vendors.HubSpot.CreateContact("new@example.com", ("lastname", "New"));
        using (var answer = await world.Hub.PostAsync(new HubSpotChange(1, contact, "lifecyclestage", "salesqualifiedlead", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())))
        {
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }

        world.Vendors.Salesforce.MoveOpportunity(deals[0], "Closed Lost");
        await Wait.UntilAsync("the new lead is a task", Timeout, () => Task.FromResult(world.Vendors.Salesforce.All("Task").Count == 1));
        await Wait.UntilAsync("the old lead goes back to marketing", Timeout, async () => Count((await world.Hub.FindLeadAsync(people[0], "salesforce"))!.Value, "handoffs") == 1);
    }

    /// <summary>Contacts with a deal each, the first open and all others won: two rows a person.</summary>
    private static void Fill(SandboxHost vendors, ShiftedTime time, List<string> people, List<string> deals)
    {
        for (var number = 0; number < Rows / 2; number++)
        {
            var person = vendors.Salesforce.Create("Contact", ("Email", $"old{number}@example.com"), ("LastName", $"Old {number}"), ("HasOptedOutOfEmail", number % 5 == 0));
            people.Add(person);
            deals.Add(vendors.Salesforce.CreateOpportunity($"Deal {number}", number == 0 ? "Prospecting" : "Closed Won", new(2019, 6, 1), 500m, person));
        }

        time.Now = null;
    }

    /// <summary>Every stage has a limit of a second, and the hub begins when it first runs.</summary>
    private static (string Key, string Value)[] Settings() =>
    [
        ("Hub__LiveSince", ""),
        .. new[] { "awareness", "interest", "evaluation", "commitment", "referral", "repeat" }.Select(stage => ($"Funnel__Stages__{stage}__StallAfter", "00:00:01")),
    ];

    /// <summary>What changed a record. Signing in and reading many records at once are POSTs, too.</summary>
    private static IEnumerable<string> Writes(World world) =>
        world.Vendors.Calls.Counts
            .Where(call => call.Method is "PATCH" or "PUT" or "DELETE" || (call.Method == "POST" && call.Path.Contains("/sobjects/", StringComparison.Ordinal)))
            .Select(call => $"{call.Method} {call.Path}");

    private static int Count(JsonElement lead, string list) => lead.GetProperty(list).GetArrayLength();

    /// <summary>The machine's time, or one that stands still.</summary>
    private sealed class ShiftedTime : TimeProvider
    {
        public DateTimeOffset? Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now ?? System.GetUtcNow();
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using IntegrationHub.EndToEnd.Support;
using IntegrationHub.Sandbox.Faults;
using IntegrationHub.Sandbox.Salesforce;

namespace IntegrationHub.EndToEnd;

/// <summary>
/// Retries and parallel workers make no twins. <c>HUB_TEST_CREATES</c> says of how many leads: a thousand prove more than the two hundred of a usual run, and take
/// five times as long (docs/performance.md).
/// </summary>
[Collection<FaultyWorld>]
public sealed class ManyCreatesTests(World world)
{
    private const int UsualCreates = 200, Batches = 10;
    private const string Company = "Twinless";

    private static readonly int Creates =
        int.TryParse(Environment.GetEnvironmentVariable("HUB_TEST_CREATES"), CultureInfo.InvariantCulture, out var creates) ? creates : UsualCreates;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120 + (Creates / 10));

    [Fact]
    public async Task Creates_that_come_three_times_while_the_CRMs_answers_are_lost_are_one_record_and_one_lead_each()
    {
        world.Calm();
        var contacts = Enumerable.Range(0, Creates).Select(number => world.Vendors.HubSpot.CreateContact($"create{number}@example.com", ("lastname", $"Create {number}"), ("company", Company))).ToList();
        var changes = contacts.Select((contact, number) => new HubSpotChange(number, contact, "lifecyclestage", "salesqualifiedlead", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())).ToArray();
        world.Vendors.Faults.Set("salesforce", [LosesAnswers("Lead"), LosesAnswers("Task")]);

        await Task.WhenAll(Enumerable.Range(0, 3).SelectMany(_ => changes.Chunk(Creates / Batches)).Select(async batch =>
        {
            using var answer = await world.Hub.PostAsync(batch);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }));

        await Wait.UntilAsync("every lead is in the CRM", Timeout, () => Task.FromResult(Tasks() == Creates));
        var lost = world.Vendors.Calls.Recent.Count(call => call.Fault == nameof(FaultKind.LoseAnswer));
        Assert.True(lost >= Creates / 2, $"only {lost} answers were lost");
        var leads = await LeadsAsync(contacts);
        Assert.Equal(Creates, leads.Select(lead => lead.Id).Distinct().Count());
        var records = Records();
        Assert.Equal(Creates, records.Count);
        Assert.Equal(records.Select(record => record.Id).Order(), leads.Select(lead => lead.Record).Order());
    }

    private List<SalesforceRecord> Records() => [.. world.Vendors.Salesforce.All("Lead").Where(record => record["Company"] == Company)];

    private int Tasks()
    {
        var records = Records().Select(record => record.Id).ToHashSet();
        return world.Vendors.Salesforce.All("Task").Count(task => records.Contains(task["WhoId"] ?? ""));
    }

    /// <summary>The record is written, and then the connection breaks: to the caller it may never have been.</summary>
    private static Fault LosesAnswers(string type) => new() { Kind = FaultKind.LoseAnswer, Method = "PATCH", PathPrefix = $"/services/data/v60.0/sobjects/{type}", Every = 3 };

    /// <summary>The leads of contacts, each with its one record in the CRM: that is noted once its handoff is delivered.</summary>
    private async Task<IReadOnlyCollection<(string Id, string Record)>> LeadsAsync(IEnumerable<long> contacts)
    {
        var leads = new ConcurrentBag<(string, string)>();
        await Parallel.ForEachAsync(contacts, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (contact, _) =>
        {
            string lead = "";
            string[] records = [];
            await Wait.UntilAsync($"contact {contact} has its record", Timeout, async () =>
            {
                var found = (await world.Hub.FindLeadAsync(contact))!.Value;
                lead = found.GetProperty("leadId").GetString()!;
                records = [.. found.GetProperty("identities").EnumerateArray().Where(key => key.TryGetProperty("connector", out var name) && name.GetString() == "salesforce").Select(key => key.GetProperty("id").GetString()!)];
                return records.Length > 0;
            });
            leads.Add((lead, Assert.Single(records)));
        });
        return leads;
    }
}

using System.Collections.Concurrent;
using System.Net;
using IntegrationHub.EndToEnd.Support;
using IntegrationHub.Sandbox.Faults;

namespace IntegrationHub.EndToEnd;

/// <summary>Retries and parallel workers make no twins.</summary>
public sealed class ThousandCreatesTests
{
    private const int Creates = 1_000;
    private const int Batch = 100;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_thousand_creates_delivered_three_times_while_the_CRMs_answers_are_lost_are_a_thousand_records_and_leads()
    {
        await using var world = await World.StartAsync();
        var contacts = Enumerable.Range(0, Creates).Select(number => world.Vendors.HubSpot.CreateContact($"create{number}@example.com", ("lastname", $"Create {number}"), ("company", "Twinless"))).ToList();
        var changes = contacts.Select((contact, number) => new HubSpotChange(number, contact, "lifecyclestage", "salesqualifiedlead", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())).ToArray();
        world.Vendors.Faults.Set("salesforce", [LosesAnswers("Lead"), LosesAnswers("Task")]);

        await Task.WhenAll(Enumerable.Range(0, 3).SelectMany(_ => changes.Chunk(Batch)).Select(async batch =>
        {
            using var answer = await world.Hub.PostAsync(batch);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }));

        await Wait.UntilAsync("every lead is in the CRM", Timeout, () => Task.FromResult(world.Vendors.Salesforce.All("Task").Count == Creates));
        var lost = world.Vendors.Calls.Recent.Count(call => call.Fault == nameof(FaultKind.LoseAnswer));
        Assert.True(lost >= Creates / 2, $"only {lost} answers were lost");
        var leads = await LeadsAsync(world, contacts);
        Assert.Equal(Creates, leads.Select(lead => lead.Id).Distinct().Count());
        var records = world.Vendors.Salesforce.All("Lead");
        Assert.Equal(Creates, records.Count);
        Assert.Equal(records.Select(record => record.Id).Order(), leads.Select(lead => lead.Record).Order());
    }

    /// <summary>The record is written, and then the connection breaks: to the caller it may never have been.</summary>
    private static Fault LosesAnswers(string type) => new() { Kind = FaultKind.LoseAnswer, Method = "PATCH", PathPrefix = $"/services/data/v60.0/sobjects/{type}", Every = 3 };

    /// <summary>The leads of contacts, each with its one record in the CRM: that is noted once its handoff is delivered.</summary>
    private static async Task<IReadOnlyCollection<(string Id, string Record)>> LeadsAsync(World world, IEnumerable<long> contacts)
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

using System.Net;
using IntegrationHub.EndToEnd.Support;

namespace IntegrationHub.EndToEnd;

/// <summary>More handoffs than an hour lets pass wait on the bus, over a restart, until somebody resumes.</summary>
public sealed class OutwardTests
{
    private const int PerHour = 3, Handoffs = 12;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Held_tasks_outlive_a_restart_and_each_is_made_once_after_a_resume()
    {
        await using var world = await World.StartAsync(("Outward__TasksPerHour", $"{PerHour}"), ("Ops__Recipients", "ops@example.com"));
        var contacts = Enumerable.Range(0, Handoffs).Select(number => world.Vendors.HubSpot.CreateContact($"held{number}@example.com", ("lastname", $"Held {number}")));
        var changes = contacts.Select((contact, number) => new HubSpotChange(number, contact, "lifecyclestage", "salesqualifiedlead", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())).ToArray();
        using (var answer = await world.Hub.PostAsync(changes))
        {
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }

        await Wait.UntilAsync("ops have a mail", Timeout, () => Task.FromResult(world.Mail.Mails.Any(mail => mail.Subject.Contains("The tasks to salesforce are held", StringComparison.Ordinal))));
        await world.Hub.Host.StopAsync();
        await world.Hub.Host.StartAsync();
        await Wait.UntilAsync("the hub answers", Timeout, async () => (await world.Hub.AskAsync("outward")).GetArrayLength() > 0);

        // The clock may have struck in between, which lets as many pass again.
        Assert.InRange(world.Vendors.Salesforce.All("Task").Count, PerHour, 2 * PerHour);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{world.Hub.Url}/api/outward/salesforce/resume") { Headers = { { "x-functions-key", HubProcess.Key } } };
        using (var answer = await world.Hub.Http.SendAsync(request, TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await Wait.UntilAsync("every task is there", Timeout, () => Task.FromResult(world.Vendors.Salesforce.All("Task").Count == Handoffs));
        Assert.Equal(Handoffs, world.Vendors.Salesforce.All("Task").Select(task => task["IntegrationHub_Handoff_Id__c"]).Distinct().Count());
        Assert.Single(world.Mail.Mails, mail => mail.Subject.Contains("are held", StringComparison.Ordinal));
    }
}

using System.Collections.Concurrent;
using System.Net;
using Azure.Messaging.ServiceBus;
using IntegrationHub.EndToEnd.Support;

namespace IntegrationHub.EndToEnd;

/// <summary>A burst of webhooks meets a hub that is just starting.</summary>
public sealed class BurstTests
{
    private const int Requests = 1_000;

    private static readonly TimeSpan Span = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task A_thousand_webhooks_in_five_seconds_with_a_cold_start_are_all_on_the_queue_and_whatever_was_not_taken_was_answered_with_5xx()
    {
        // Nobody works on the queue: what it holds is what came.
        await using var world = await World.StartAsync(("AzureWebJobs.ProcessInbound.Disabled", "true"), ("DOTNET_TC_CallCountingDelayMs", ""));
        await world.Hub.Host.KillAsync();
        var answers = new ConcurrentBag<HttpStatusCode?>();

        var started = TimeProvider.System.GetTimestamp();
        world.Hub.Host.Launch();
        await Task.WhenAll(Enumerable.Range(0, Requests).Select(async number =>
        {
            await Task.Delay(Span * number / Requests, TestContext.Current.CancellationToken);
            var change = new HubSpotChange(number, 1_000 + number, "lifecyclestage", "lead", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            while (await SendAsync(world.Hub, change, answers) != HttpStatusCode.Accepted)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), $"Webhook {number} is not taken:{Environment.NewLine}{world.Hub.Log}");
                await Task.Delay(Pause, TestContext.Current.CancellationToken);
            }
        }));

        // What the hub has said yes to survives it: on the queue, or in the spool, which the next hub drains.
        await world.Hub.Host.KillAsync();
        await world.Hub.Host.StartAsync();
        IReadOnlyList<ServiceBusReceivedMessage> messages = [];
        await Wait.UntilAsync("every webhook is on the queue", TimeSpan.FromSeconds(60), async () =>
        {
            messages = await world.InboundAsync();
            return messages.Select(message => message.Body.ToString()).Distinct().Count() == Requests;
        });
        Assert.Equal(Requests, answers.Count(answer => answer == HttpStatusCode.Accepted));

        // A delivery that neither bus nor spool took in time was refused. It may have arrived all the same, and its sender sent it again.
        var refused = world.Hub.Log.Split(Environment.NewLine).Count(line => line.Contains("Neither bus nor spool took", StringComparison.Ordinal));
        Assert.InRange(messages.Count, Requests, Requests + refused);
        Assert.All(answers, answer => Assert.True(answer is null or HttpStatusCode.Accepted or >= HttpStatusCode.InternalServerError, $"answered with {answer}"));
    }

    /// <summary>The answer; null where nobody listened yet.</summary>
    private static async Task<HttpStatusCode?> SendAsync(HubProcess hub, HubSpotChange change, ConcurrentBag<HttpStatusCode?> answers)
    {
        HttpStatusCode? status = null;
        try
        {
            using var answer = await hub.PostAsync(change);
            status = answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            // Nobody listens yet.
        }

        answers.Add(status);
        return status;
    }
}

using Azure;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Time.Testing;
using Polly.Timeout;

namespace IntegrationHub.Functions.Tests.Platform;

public sealed class HubPipelinesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<Exception, int> Failures => new()
    {
        { new RequestFailedException(412, "changed", "UpdateConditionNotSatisfied", null), HubPipelines.Attempts },
        { new RequestFailedException(409, "made", "EntityAlreadyExists", null), HubPipelines.Attempts },
        { new RequestFailedException(404, "gone", "ResourceNotFound", null), HubPipelines.Attempts },
        { new StaleJourneyException(LeadId.Parse(new string('a', 24)), new RequestFailedException(412, "changed")), HubPipelines.Attempts },
        { new RequestFailedException(404, "no table", "TableNotFound", null), 1 },
        { new RequestFailedException(503, "busy"), 1 },
        { new InvalidOperationException("bug"), 1 },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Only_a_conflict_is_decided_again_and_not_for_ever(Exception failure, int attempts)
    {
        var made = 0;

        var thrown = await Record.ExceptionAsync(async () => await HubPipelines.Optimistic.ExecuteAsync(_ =>
        {
            made++;
            throw failure;
        }, Token));

        Assert.Same(failure, thrown);
        Assert.Equal(attempts, made);
    }

    [Fact]
    public async Task A_call_that_takes_too_long_is_given_up_at_its_limit()
    {
        var clock = new FakeTimeProvider();
        var call = HubPipelines.Timeout(TimeSpan.FromSeconds(2), clock).ExecuteAsync(async token => await Task.Delay(Timeout.Infinite, token), Token).AsTask();

        clock.Advance(TimeSpan.FromMilliseconds(1_999));
        Assert.False(call.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));

        await Assert.ThrowsAsync<TimeoutRejectedException>(() => call);
    }
}

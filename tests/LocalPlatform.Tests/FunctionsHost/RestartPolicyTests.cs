using IntegrationHub.LocalPlatform.FunctionsHost.Worker;
using Microsoft.Extensions.Time.Testing;

namespace IntegrationHub.LocalPlatform.Tests.FunctionsHost;

public sealed class RestartPolicyTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void The_third_failure_within_half_an_hour_is_the_last()
    {
        var policy = new RestartPolicy(_clock);

        Assert.NotNull(policy.Fail());
        _clock.Advance(TimeSpan.FromMinutes(15));
        Assert.NotNull(policy.Fail());
        _clock.Advance(TimeSpan.FromMinutes(14.9));
        Assert.Null(policy.Fail());
    }

    [Fact]
    public void A_failure_counts_for_half_an_hour()
    {
        var policy = new RestartPolicy(_clock);
        for (var failure = 0; failure < 20; failure++)
        {
            Assert.NotNull(policy.Fail());
            _clock.Advance(TimeSpan.FromMinutes(15));
        }
    }

    [Fact]
    public void Each_pause_is_longer_than_the_last_up_to_a_limit()
    {
        var policy = new RestartPolicy(_clock, limit: 8);

        var pauses = Enumerable.Range(0, 7).Select(_ => policy.Fail()!.Value).ToArray();

        Assert.Equal(pauses.Order(), pauses);
        Assert.InRange(pauses[0], TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(10), pauses[^1]);
    }
}

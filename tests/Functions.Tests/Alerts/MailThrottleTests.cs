using IntegrationHub.Functions.Alerts.Sending;
using IntegrationHub.Functions.Ops.Health;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Funnel;
using Microsoft.Extensions.DependencyInjection;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

public sealed class MailThrottleTests(Azurite azurite)
{
    private readonly StillTimeProvider _clock = new(Monday);

    [Theory]
    [InlineData(59, false)]
    [InlineData(60, true)]
    [InlineData(61, true)]
    public async Task No_more_mails_go_out_within_a_minute_than_the_setting_allows(int seconds, bool open)
    {
        await using var world = await WorldAsync("--Mail:PerMinute=2", "--Mail:PerHour=0");
        var throttle = world.Hub.Get<MailThrottle>();
        bool[] taken = [await throttle.AcquireAsync(Token), await throttle.AcquireAsync(Token), await throttle.AcquireAsync(Token)];

        _clock.AdjustTime(Monday.AddSeconds(seconds));

        Assert.Equal([true, true, false], taken);
        Assert.Equal(open ? null : Monday.AddMinutes(1), await throttle.ClosedUntilAsync(Token));
        Assert.Equal(open, await throttle.AcquireAsync(Token));
    }

    [Theory]
    [InlineData(59, false)]
    [InlineData(60, true)]
    public async Task No_more_mails_go_out_within_an_hour_than_the_setting_allows(int minutes, bool open)
    {
        await using var world = await WorldAsync("--Mail:PerMinute=0", "--Mail:PerHour=3");
        var throttle = world.Hub.Get<MailThrottle>();
        for (var i = 0; i < 3; i++)
        {
            Assert.True(await throttle.AcquireAsync(Token));
        }

        _clock.AdjustTime(Monday.AddMinutes(minutes));

        Assert.Equal(open, await throttle.AcquireAsync(Token));
    }

    [Fact]
    public async Task Without_limits_any_number_goes_out()
    {
        await using var world = await WorldAsync("--Mail:PerMinute=0", "--Mail:PerHour=0");

        for (var i = 0; i < 40; i++)
        {
            Assert.True(await world.Hub.Get<MailThrottle>().AcquireAsync(Token));
        }
    }

    [Fact]
    public async Task All_instances_share_one_throttle()
    {
        await using var world = await WorldAsync("--Mail:PerMinute=3");
        MailThrottle[] instances = [.. Enumerable.Range(0, 2).Select(_ => ActivatorUtilities.CreateInstance<MailThrottle>(world.Hub.Get<IServiceProvider>()))];

        var taken = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => instances[i % 2].AcquireAsync(Token)));

        Assert.InRange(taken.Count(took => took), 1, 3);
        Assert.NotNull(await AfterMoreAsync(instances[0]));

        static async Task<DateTimeOffset?> AfterMoreAsync(MailThrottle throttle)
        {
            while (await throttle.AcquireAsync(Token))
            {
                // Until it is closed: those who lost the race for the row took nothing.
            }

            return await throttle.ClosedUntilAsync(Token);
        }
    }

    [Fact]
    public async Task What_is_beyond_the_throttle_goes_later_ops_first_and_nothing_is_dropped()
    {
        await using var world = await WorldAsync("--Mail:PerMinute=1", "--Ops:Recipients=ops@example.com");
        await world.LeadAsync(Id("throttled"));
        await world.SweepAsync(Monday.AddDays(2));
        await world.Hub.Get<NoticeStore>().OpenAsync(new("test", "Something is wrong", ["Mend it."]), Token);

        var start = Monday.AddDays(2).AddMinutes(1);
        for (var seconds = 0; seconds <= 180; seconds += 10)
        {
            await world.SendAsync(start.AddSeconds(seconds));
        }

        Assert.Equal(["ops@example.com", "marketing@example.com", "sales@example.com"], world.Server.Sent.Select(mail => mail.Recipients[0]));
        Assert.Equal(["marketing Sent", "sales Sent"], await world.OutcomesAsync(Id("throttled")));
    }

    [Fact]
    public async Task A_server_that_says_how_long_to_wait_is_not_asked_before_by_anybody()
    {
        await using var world = await WorldAsync();
        await world.LeadAsync(Id("busy"));
        await world.SweepAsync(Monday.AddDays(2));
        var (open, asked) = (Monday.AddDays(2).AddMinutes(1), 0);
        world.Server.Fails = _ => ++asked == 1 ? new MailUnavailableException("mail", "429") { RetryAfter = TimeSpan.FromMinutes(2) } : null;

        await world.SendAsync(open);
        await world.SendAsync(open.AddSeconds(119));
        var before = asked;
        await world.SendAsync(open.AddSeconds(120));

        Assert.Equal((1, 3), (before, asked));
        Assert.Equal(AlertOutcome.Sent, (await world.AlertAsync(Id("busy"))).Fate);
    }

    [Fact]
    public async Task Health_tells_what_waits_and_until_when_the_throttle_is_closed()
    {
        await using var world = await WorldAsync("--Mail:PerMinute=1", "--Teams:sales:QuietHours=08:00-12:00");
        await world.LeadAsync(Id("health"));
        await world.LeadAsync(Id("healthToo"));
        await world.SweepAsync(Monday.AddDays(2));
        await world.SendAsync(Monday.AddDays(2).AddMinutes(1));
        await world.Hub.Get<NoticeStore>().OpenAsync(new("test", "Something is wrong", ["Mend it."]), Token);

        var report = await world.Hub.Get<HealthFlow>().CheckAsync(Token);

        Assert.Equal(new MailWaiting(0, 2, 0), report.Mail.Waiting);
        Assert.Equal(Monday.AddDays(2).AddMinutes(2), report.Mail.ThrottledUntil);
        Assert.Contains(report.Problems, problem => problem.StartsWith("Something is wrong.", StringComparison.Ordinal));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Task<MailWorld> WorldAsync(params string[] settings) => MailWorld.CreateAsync(azurite, _clock, [], [.. MailWorld.BothTeams, .. settings]);
}

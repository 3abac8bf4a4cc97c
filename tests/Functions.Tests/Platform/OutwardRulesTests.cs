using IntegrationHub.Functions.Platform.Outward;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Platform;

public sealed class OutwardRulesTests
{
    [Theory]
    [InlineData(0, 5)]
    [InlineData(97, 3)]
    [InlineData(99, 1)]
    [InlineData(100, 0)]
    public void A_share_is_a_twentieth_and_never_above_what_is_left(int taken, int share) =>
        Assert.Equal(share, OutwardRules.Take(Now(taken), 1, 100, Monday).Share);

    [Fact]
    public void Small_limits_have_shares_too() => Assert.Equal(1, OutwardRules.Take(Now(0), 1, 3, Monday).Share);

    [Fact]
    public void What_goes_together_passes_whole_while_anything_is_left()
    {
        var grant = OutwardRules.Take(Now(99), 40, 100, Monday);

        Assert.Equal((40, 139), (grant.Share, grant.Count.Taken));
        Assert.Equal(0, OutwardRules.Take(grant.Count, 40, 100, Monday).Share);
    }

    [Fact]
    public void The_next_hour_of_the_clock_lets_the_limit_pass_again()
    {
        var held = OutwardRules.Take(Now(100), 1, 100, Monday).Count;

        Assert.Equal(0, OutwardRules.Take(held, 1, 100, Monday.AddHours(1).AddTicks(-1)).Share);
        var next = OutwardRules.Take(held, 1, 100, Monday.AddHours(1));
        Assert.Equal((5, 5, Monday.AddHours(2)), (next.Share, next.Count.Taken, next.Until));
    }

    [Fact]
    public void A_hold_is_one_from_its_first_effect_until_an_hour_without_another()
    {
        var first = OutwardRules.Take(Now(100), 1, 100, Monday).Count;
        var again = OutwardRules.Take(first, 1, 100, Monday.AddMinutes(59)).Count;

        Assert.Equal((Monday, Monday.AddMinutes(59)), (again.HeldSince, again.HeldAt));
        Assert.Equal(Monday, OutwardRules.Take(again, 1, 100, Monday.AddMinutes(118)).Count.HeldSince);
        var over = OutwardRules.Take(again with { Waiting = 2 }, 1, 100, Monday.AddMinutes(119)).Count;
        Assert.Equal((null, 0), (over.HeldSince, over.Waiting));
    }

    [Fact]
    public void Resumed_effects_pass_for_an_hour()
    {
        var resumed = OutwardRules.Resume(OutwardRules.Take(Now(100), 1, 100, Monday).Count, Monday);

        Assert.Equal((int.MaxValue, Monday.AddHours(1)), (OutwardRules.Take(resumed, 1, 100, Monday.AddMinutes(59)).Share, OutwardRules.Take(resumed, 1, 100, Monday).Until));
        Assert.Equal(5, OutwardRules.Take(resumed, 1, 100, Monday.AddHours(1)).Share);
        Assert.False(OutwardRules.IsHolding(resumed, Monday));
    }

    [Theory]
    [InlineData("tasks/salesforce", "salesforce", OutwardKind.Tasks)]
    [InlineData("writes/a/b", "a/b", OutwardKind.Writes)]
    public void A_channel_is_read_as_it_is_written(string text, string connector, OutwardKind kind)
    {
        Assert.Equal(new OutwardChannel(connector, kind), OutwardChannel.Parse(text));
        Assert.Equal(text, $"{new OutwardChannel(connector, kind)}");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("tasks")]
    [InlineData("calls/salesforce")]
    public void What_is_no_channel_is_none(string? text) => Assert.Null(OutwardChannel.Parse(text));

    private static OutwardCount Now(int taken) => new() { Hour = Monday, Taken = taken };
}

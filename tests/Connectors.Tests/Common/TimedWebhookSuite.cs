using IntegrationHub.Connectors.Abstractions;

namespace IntegrationHub.Connectors.Tests.Common;

/// <summary>What holds for the webhooks of every vendor that signs the body and the time.</summary>
public abstract class TimedWebhookSuite : SignedWebhookSuite
{
    /// <summary>Gets how old a delivery may be, inclusive, and how far in the future.</summary>
    protected abstract TimeSpan Tolerance { get; }

    [Theory]
    [InlineData(-1, DeliveryVerdict.Accepted)]
    [InlineData(0, DeliveryVerdict.Accepted)]
    [InlineData(1, DeliveryVerdict.Stale)]
    public void A_delivery_is_fresh_within_the_tolerance_in_either_direction(int secondsBeyond, DeliveryVerdict verdict)
    {
        var distance = Tolerance + TimeSpan.FromSeconds(secondsBeyond);

        AssertVerdict(verdict, Genuine(), Connect(), SentAt + distance);
        AssertVerdict(verdict, Genuine(), Connect(), SentAt - distance);
        DeliveryVerdict? early = verdict == DeliveryVerdict.Accepted ? null : verdict;
        var head = Genuine() with { Body = ReadOnlyMemory<byte>.Empty };
        Assert.Equal(early, Connect().Precheck(head, SentAt + distance)?.Verdict);
        Assert.Equal(early, Connect().Precheck(head, SentAt - distance)?.Verdict);
    }

    [Fact]
    public void The_time_of_another_delivery_does_not_make_an_old_one_fresh()
    {
        var source = Connect();
        var mixed = Mix(Genuine(), Genuine(SentAt + Tolerance)).ToList();

        Assert.NotEmpty(mixed);
        Assert.All(mixed, delivery => AssertVerdict(DeliveryVerdict.Forged, delivery, source, SentAt + Tolerance));
    }

    /// <summary>Makes the old delivery with single headers of the fresh one.</summary>
    protected virtual IEnumerable<Delivery> Mix(Delivery old, Delivery fresh) =>
        from name in old.Headers.Keys
        where old.Headers[name] != fresh.Headers[name]
        select With(old, name, fresh.Headers[name]);
}

using IntegrationHub.Functions.Identity.Erasure;

namespace IntegrationHub.Functions.Tests.Identity;

/// <summary>The brake on erasures, and the orders to cancel them.</summary>
public sealed class ErasureRulesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 2, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, false)]
    [InlineData(11, true)]
    public void More_than_the_most_of_an_hour_stop(int erasures, bool stops) =>
        Assert.Equal(stops ? Noon : null, ErasureBrake.Open.Count(erasures, Noon, 10).StoppedAt);

    [Theory]
    [InlineData(57, true)]
    [InlineData(58, false)]
    [InlineData(120, false)]
    public void Erasures_count_for_an_hour_from_the_start_of_their_five_minutes(int minutesLater, bool stops) =>
        Assert.Equal(stops, ErasureBrake.Open.Count(6, Noon, 10).Count(6, Noon.AddMinutes(minutesLater), 10).StoppedAt is not null);

    [Fact]
    public void A_stopped_brake_stays_stopped_when_the_hour_is_over() =>
        Assert.Equal(Noon, ErasureBrake.Open.Count(11, Noon, 10).Count(1, Noon.AddDays(1), 10).StoppedAt);

    [Theory]
    [InlineData("""{"source":"tool"}""", true)]
    [InlineData("""{"connector":"hubspot","dryRun":true}""", true)]
    [InlineData("""{"from":"2026-03-02T00:00:00Z"}""", true)]
    [InlineData("""{"dryRun":true}""", false)]
    [InlineData("""{"conector":"hubspot"}""", false)]
    [InlineData("""{"source":"nobody"}""", false)]
    [InlineData("[]", false)]
    [InlineData("", false)]
    public void An_order_to_cancel_names_what_it_means(string json, bool reads) =>
        Assert.Equal(reads, ErasureOrder.TryRead(json, out var order, out var fault) && order is not null && fault is null);
}

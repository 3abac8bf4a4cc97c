using System.Net;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Tests.Inbound;

public sealed class MessageRetryPolicyTests
{
    private static readonly MessageRetryPolicy Policy = new([TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)]);

    private static readonly OutwardChannel Tasks = new("salesforce", OutwardKind.Tasks);

    private const double Middle = 0.5;

    [Theory]
    [InlineData(0, 4)]
    [InlineData(0.25, 4.5)]
    [InlineData(1, 6)]
    public void What_failed_together_comes_back_spread_by_a_fifth_to_both_sides(double chance, double seconds) =>
        Assert.Equal(new Settlement.RetryAfter(TimeSpan.FromSeconds(seconds), 2), Policy.Decide(new IOException("down"), 1, 0, chance));

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 14)]
    public void A_vendor_is_never_asked_before_the_time_it_names(double chance, int seconds) =>
        Assert.Equal(
            new Settlement.RetryAfter(TimeSpan.FromSeconds(seconds), 2),
            Policy.Decide(new VendorUnavailableException("crm", "GET /x", HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(10)), 1, 0, chance));

    [Fact]
    public void What_went_well_is_completed() => Assert.IsType<Settlement.Complete>(Policy.Decide(null, 1, 0, Middle));

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 30)]
    public void A_failure_comes_back_after_the_wait_of_its_attempt(int attempt, int seconds) =>
        Assert.Equal(new Settlement.RetryAfter(TimeSpan.FromSeconds(seconds), attempt + 1), Policy.Decide(new IOException("down"), attempt, 0, Middle));

    [Fact]
    public void After_the_last_wait_a_message_is_given_up_with_the_number_of_attempts()
    {
        var dead = Assert.IsType<Settlement.DeadLetter>(Policy.Decide(new IOException("down"), 3, 0, Middle));

        Assert.Equal("gave-up", dead.Reason);
        Assert.Contains("3 attempts", dead.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("down", dead.Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 30)]
    [InlineData(3, 30)]
    [InlineData(1000, 30)]
    public void A_message_about_a_lead_that_only_a_newer_hub_reads_is_never_given_up(int attempt, int seconds) =>
        Assert.Equal(new Settlement.RetryAfter(TimeSpan.FromSeconds(seconds), attempt + 1), Policy.Decide(new NewerRowException("row", "has format 2", null), attempt, 0, Middle));

    [Theory]
    [InlineData(4, 5)]
    [InlineData(5, 5)]
    [InlineData(6, 6)]
    public void A_vendor_that_asks_for_a_longer_wait_gets_it(int asked, int waited) =>
        Assert.Equal(
            new Settlement.RetryAfter(TimeSpan.FromSeconds(waited), 2),
            Policy.Decide(new VendorUnavailableException("crm", "GET /x", HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(asked)), 1, 0, asked > 5 ? 0 : Middle));

    [Fact]
    public void What_no_attempt_will_help_is_dead_lettered_at_once_with_its_reason()
    {
        Assert.Equal(new Settlement.DeadLetter("unknown-connector", "say so"), Policy.Decide(new UnrecoverableMessageException("unknown-connector", "say so"), 1, 0, Middle));
        Assert.Equal("unreadable", Assert.IsType<Settlement.DeadLetter>(Policy.Decide(new UnreadableDeliveryException("hubspot", "not JSON"), 1, 0, Middle)).Reason);
        Assert.Equal("vendor-refused", Assert.IsType<Settlement.DeadLetter>(Policy.Decide(new VendorRefusedException("crm", "PATCH /x", HttpStatusCode.BadRequest, "REQUIRED_FIELD_MISSING"), 1, 0, Middle)).Reason);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 30)]
    [InlineData(7, 30)]
    public void A_held_effect_uses_no_attempt_and_waits_like_any_other(int holds, int seconds) =>
        Assert.Equal(new Settlement.Hold(Tasks, TimeSpan.FromSeconds(seconds), holds + 1), Policy.Decide(new OutwardHeldException(Tasks), 3, holds, Middle));

    [Fact]
    public void A_held_effect_waits_at_most_a_quarter_of_an_hour() =>
        Assert.Equal(
            new Settlement.Hold(Tasks, TimeSpan.FromMinutes(15), 12),
            new MessageRetryPolicy(MessageRetryPolicy.DefaultDelays).Decide(new OutwardHeldException(Tasks), 1, 11, Middle));
}

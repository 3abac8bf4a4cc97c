namespace IntegrationHub.Funnel.Tests;

public sealed class SilenceReasonTests
{
    [Theory]
    [InlineData("They decide on Tuesday.", "They decide on Tuesday.")]
    [InlineData("Budget: none. Ask a.b again 24/7", "Budget: none. Ask a.b again 24/7")]
    [InlineData("Look at https://evil.example/x?y=1 now", "Look at (link left out) now")]
    [InlineData("HTTP://EVIL.example", "(link left out)")]
    [InlineData("see www.evil.example", "see (link left out)")]
    [InlineData("pay at evil.example/pay", "pay at (link left out)")]
    [InlineData("mailto:thief@evil.example", "(link left out)")]
    [InlineData(" ", null)]
    [InlineData(null, null)]
    public void A_reason_has_no_address_that_a_team_would_follow(string? text, string? reason) => Assert.Equal(reason, SilenceReason.Of(text, 200));

    [Fact]
    public void A_reason_is_cut_to_its_length() => Assert.Equal(10, SilenceReason.Of(new string('x', 50), 10)!.Length);
}

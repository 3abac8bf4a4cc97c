using System.Text;
using IntegrationHub.Functions.Alerts.Links;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

public sealed class LinkTokenTests
{
    private static readonly byte[] Key = Encoding.UTF8.GetBytes("a key of thirty-two characters..");
    private static readonly AlertLink Link = new(LinkPurpose.Snooze, new("sales|odd:team", Managers: true), Id("1201"), "alert-1", Monday);

    [Fact]
    public void A_link_is_read_back_as_it_was_written() => Assert.Equal(Link, LinkToken.Read(LinkToken.Write(Link, Key), Key));

    [Fact]
    public void A_token_fits_into_a_path_and_names_nobody() => Assert.Matches("^[A-Za-z0-9_.-]{80,400}$", LinkToken.Write(Link, Key));

    [Fact]
    public void No_single_character_of_a_token_can_be_changed()
    {
        var token = LinkToken.Write(Link, Key);

        // The last character of either half holds spare bits, which a strict reader refuses to see changed.
        Assert.All(Enumerable.Range(0, token.Length), at =>
            Assert.Null(LinkToken.Read($"{token[..at]}{(token[at] == 'A' ? 'B' : 'A')}{token[(at + 1)..]}", Key)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a.b.c")]
    [InlineData("not base64!.x")]
    public void What_is_no_token_is_forged(string token) => Assert.Null(LinkToken.Read(token, Key));

    [Fact]
    public void A_token_of_another_key_is_forged() => Assert.Null(LinkToken.Read(LinkToken.Write(Link, Encoding.UTF8.GetBytes("another key of 32 characters....")), Key));

    [Fact]
    public void A_token_without_end_is_not_looked_at() => Assert.Null(LinkToken.Read(new string('A', 1_001), Key));
}

namespace IntegrationHub.Funnel.Tests;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("ada@example.com")]
    [InlineData("a..b@docomo.example")]
    [InlineData("a.@docomo.example")]
    [InlineData(".a@docomo.example")]
    [InlineData("o'neil+news=x@mail.example.co.uk")]
    [InlineData("\"a b\"@example.com", false)]
    [InlineData("\"a(b\"@example.com")]
    [InlineData("jörg@example.com")]
    [InlineData("ada@my_host.example.com")]
    [InlineData("ada@1.example.com")]
    [InlineData("ada@xn--0.example", true)]
    [InlineData("ada@localhost", false)]
    [InlineData("ada@example.123", false)]
    [InlineData("ada@-example.com", false)]
    [InlineData("ada@example-.com", false)]
    [InlineData("ada@example..com", false)]
    [InlineData("ada@example.com.", false)]
    [InlineData("ada@.example.com", false)]
    [InlineData("ada@[192.0.2.1]", false)]
    [InlineData("...@example.com", false)]
    [InlineData("@example.com", false)]
    [InlineData("ada@", false)]
    [InlineData("ada", false)]
    [InlineData("ada byron@example.com", false)]
    [InlineData("Ada <ada@example.com>", false)]
    [InlineData("ada@example.com, bob@example.com", false)]
    [InlineData("ada;bob@example.com", false)]
    [InlineData("ada@exa\nmple.com", false)]
    [InlineData("ada\uFFFD@example.com", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void What_mail_servers_deliver_to_is_an_address_and_nothing_else(string? text, bool isAddress = true) => Assert.Equal(isAddress, EmailAddress.TryParse(text, out _));

    [Theory]
    [InlineData("ada@bücher.example", "ada@xn--bcher-kva.example")]
    [InlineData("ada@bücher.example", "Ada@XN--BCHER-KVA.EXAMPLE")]
    [InlineData("ada@bücher.example", "ada@BU\u0308CHER.example")]
    [InlineData("ada@example.com", " ADA@Example.COM\t")]
    [InlineData("ada@example.com", "ada@ｅｘａｍｐｌｅ。com")]
    [InlineData("ada@example.com", "\u200Bada@exam\u00ADple.com\uFEFF")]
    [InlineData("jörg@example.com", "jo\u0308rg@example.com")]
    [InlineData("a..b@docomo.example", "\"a..b\"@docomo.example")]
    public void Two_spellings_of_one_address_are_one(string address, string spelling)
    {
        Assert.True(EmailAddress.TryParse(address, out var one));
        Assert.True(EmailAddress.TryParse(spelling, out var other));

        Assert.Equal(one, other);
        Assert.Equal(address, other.Address);
        Assert.Equal((IdentityKey.Email(one), $"{one}"), (IdentityKey.Email(other), $"{other}"));
    }

    [Fact]
    public void A_tool_that_takes_no_other_gets_the_domain_in_ASCII()
    {
        Assert.True(EmailAddress.TryParse("ada@bücher.example", out var email));

        Assert.Equal("ada@xn--bcher-kva.example", email.Ascii);
    }

    [Theory]
    [InlineData(64, 254, true)]
    [InlineData(64, 255, false)]
    public void An_address_of_254_characters_can_be_delivered_to_and_none_of_255(int local, int length, bool isAddress)
    {
        var domain = string.Join('.', Enumerable.Repeat(new string('d', 50), 5));
        var text = $"{new string('a', local)}@{domain[..(length - local - 1 - 4)]}.com";

        Assert.Equal(length, text.Length);
        Assert.Equal(isAddress, EmailAddress.TryParse(text, out _));
    }
}

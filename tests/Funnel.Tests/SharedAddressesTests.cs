namespace IntegrationHub.Funnel.Tests;

/// <summary>Which addresses several people read.</summary>
public sealed class SharedAddressesTests
{
    [Theory]
    [InlineData("info@example.com", true)]
    [InlineData("INFO@example.com", true)]
    [InlineData("no-reply@example.com", true)]
    [InlineData("infos@example.com", false)]
    [InlineData("ada.info@example.com", false)]
    [InlineData("ada@info.example.com", false)]
    public void Role_addresses_are_shared(string address, bool shared) =>
        Assert.Equal(shared, new SharedAddresses(SharedAddresses.Usual).Contains(Key(address)));

    [Fact]
    public void A_pattern_may_name_one_address_or_a_domain() => Assert.Equal(
        [Key("ada@example.com")],
        new SharedAddresses(["desk@example.com", "*@lists.example.com"]).Without([Key("desk@example.com"), Key("ada@example.com"), Key("x@lists.example.com")]));

    [Theory]
    [InlineData("a\\*@example.com", "a\\b@example.com", true)]
    [InlineData("a\\*@example.com", "ab@example.com", false)]
    [InlineData("a.b@example.com", "axb@example.com", false)]
    [InlineData("a?b@example.com", "axb@example.com", false)]
    [InlineData("a?b@example.com", "a?b@example.com", true)]
    [InlineData("INFO@*", "info@example.com", true)]
    public void Only_an_asterisk_has_a_meaning(string pattern, string address, bool shared) =>
        Assert.Equal(shared, new SharedAddresses([pattern]).Contains(new(IdentityKind.Email, "", address)));

    [Fact]
    public void A_record_is_never_shared() => Assert.False(new SharedAddresses(["*"]).Contains(IdentityKey.Person("hubspot", "info@example.com")));

    private static IdentityKey Key(string address) => EmailAddress.TryParse(address, out var email) ? IdentityKey.Email(email) : throw new ArgumentException(address);
}

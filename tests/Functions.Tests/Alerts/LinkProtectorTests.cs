using System.Buffers.Text;
using System.Xml.Linq;
using Azure;
using IntegrationHub.Functions.Alerts.Links;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

public sealed class LinkProtectorTests
{
    private static readonly AlertLink Link = new(LinkPurpose.Snooze, new("sales|odd:team", Managers: true), Id("1201"), "alert-1", Monday);

    private readonly LinkProtector _links = new(new EphemeralDataProtectionProvider());

    [Fact]
    public void A_link_is_read_back_as_it_was_written() => Assert.Equal(Link, _links.Read(_links.Write(Link)));

    [Fact]
    public void A_token_fits_into_a_path_and_says_nothing()
    {
        var token = _links.Write(Link);

        Assert.Matches("^[A-Za-z0-9_-]{80,600}$", token);
        Assert.DoesNotContain("1201", System.Text.Encoding.Latin1.GetString(Base64Url.DecodeFromChars(token)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_that_is_written_twice_is_one_link()
    {
        var (first, second) = (_links.Write(Link), _links.Write(Link));

        Assert.NotEqual(first, second);
        Assert.Equal(LinkProtector.IdOf(_links.Read(first)!), LinkProtector.IdOf(_links.Read(second)!));
        Assert.NotEqual(LinkProtector.IdOf(Link), LinkProtector.IdOf(Link with { Purpose = LinkPurpose.Acknowledge }));
    }

    [Fact]
    public void No_single_character_of_a_token_can_be_changed()
    {
        const string Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var token = _links.Write(Link);

        // The last digit holds spare bits, so the highest bit of each is changed.
        Assert.All(
            token.Index(),
            digit => Assert.Null(_links.Read($"{token[..digit.Index]}{Digits[(Digits.IndexOf(digit.Item) + 32) % 64]}{token[(digit.Index + 1)..]}")));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("x")]
    [InlineData("AAAA")]
    [InlineData("not base64!.x")]
    public void What_is_no_token_is_forged(string token) => Assert.Null(_links.Read(token));

    [Fact]
    public void A_token_of_another_key_is_forged() =>
        Assert.Null(_links.Read(new LinkProtector(new EphemeralDataProtectionProvider()).Write(Link)));

    [Fact]
    public void A_token_without_end_is_not_looked_at() => Assert.Null(_links.Read(new string('A', 1_001)));

    [Fact]
    public void Keys_that_cannot_be_read_make_no_link_a_forged_one()
    {
        using var services = Sharing(new Unreachable());

        var links = new LinkProtector(services.GetRequiredService<IDataProtectionProvider>());

        var failure = Record.Exception(() => links.Read(_links.Write(Link)));

        Assert.NotNull(failure);
    }

    /// <summary>Data protection as the hub sets it up, over a ring.</summary>
    internal static ServiceProvider Sharing(IXmlRepository ring)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddDataProtection().SetApplicationName("IntegrationHub");
        return services.Configure<KeyManagementOptions>(options => options.XmlRepository = ring).BuildServiceProvider();
    }

    private sealed class Unreachable : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements() => throw new RequestFailedException(503, "The table does not answer.");

        public void StoreElement(XElement element, string friendlyName) =>
            throw new RequestFailedException(503, "The table does not answer.");
    }
}

using IntegrationHub.Connectors.Salesforce;

namespace IntegrationHub.Connectors.Tests.Salesforce;

public sealed class SalesforceTextTests
{
    [Theory]
    [InlineData("FirstName", 39, 39)]
    [InlineData("FirstName", 40, 40)]
    [InlineData("FirstName", 41, 40)]
    [InlineData("Company", 255, 255)]
    [InlineData("Company", 256, 255)]
    public void A_text_that_its_field_does_not_hold_is_cut_and_shows_it(string field, int length, int kept)
    {
        var fitting = SalesforceText.Fit(field, new string('x', length));

        Assert.Equal((kept, length > kept), (fitting.Length, fitting.EndsWith('…')));
    }

    [Fact]
    public void A_cut_goes_through_no_character() => Assert.Equal(new string('x', 38) + "…", SalesforceText.Fit("FirstName", new string('x', 38) + "😀😀"));
}

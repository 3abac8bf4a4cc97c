using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Tests.Common;

public sealed class PhoneNumberTests
{
    [Theory]
    [InlineData("+49 (0)30 / 123-4567", null, "+49301234567")]
    [InlineData("0049 30 1234567", "DE", "+49301234567")]
    [InlineData("030 1234567", "DE", "+49301234567")]
    [InlineData("(212) 555-0100 x12", "US", "+12125550100;ext=12")]
    [InlineData("030 1234567", null, "0301234567")]
    [InlineData("030/12 34 567", null, "0301234567")]
    [InlineData("ask Ada", null, "ask Ada")]
    [InlineData("١٢٣٤٥٦", null, "123456")]
    [InlineData(" ", "DE", null)]
    [InlineData(null, null, null)]
    public void A_number_is_compared_as_E164_else_by_its_digits(string? written, string? region, string? compared) => Assert.Equal(compared, PhoneNumber.Comparable(written, region));
}

using IntegrationHub.Connectors.Tests.HubSpot;
using IntegrationHub.Connectors.Tests.Payloads;
using IntegrationHub.Connectors.Tests.Salesforce;
using IntegrationHub.Funnel.Tests;

namespace IntegrationHub.Connectors.Tests;

/// <summary>What the vendors' times are read as, and from when they are asked.</summary>
public sealed class TimeZoneTests : TimeZoneChecks
{
    protected override string[] Chosen =>
        [.. new[] { typeof(TimeZoneTests), typeof(PayloadTests), typeof(HubSpotReadingTests), typeof(SalesforceReadingTests), typeof(SalesforcePollTests) }.SelectMany(tests => new[] { "-class", tests.FullName! })];
}

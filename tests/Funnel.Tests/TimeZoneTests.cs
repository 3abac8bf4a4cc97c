namespace IntegrationHub.Funnel.Tests;

/// <summary>All of the domain's tests but the long ones, which make their times themselves.</summary>
public sealed class TimeZoneTests : TimeZoneChecks
{
    protected override string[] Chosen => ["-class-", typeof(JourneyProperties).FullName!];
}

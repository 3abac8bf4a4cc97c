using IntegrationHub.Functions.Tests.Alerts;
using IntegrationHub.Funnel.Tests;

namespace IntegrationHub.Functions.Tests.Requirements;

/// <summary>The mail that tells times, and the sweep that goes by them.</summary>
public sealed class TimeZoneTests : TimeZoneChecks
{
    protected override string[] Chosen =>
        [.. new[] { typeof(TimeZoneTests), typeof(StallMailTests), typeof(WorkingTimeTests), typeof(StallFlowTests) }.SelectMany(tests => new[] { "-class", tests.FullName! })];
}

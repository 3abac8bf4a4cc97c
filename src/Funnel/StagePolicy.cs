namespace IntegrationHub.Funnel;

/// <summary>Which claim wins: the one place that decides what stage a lead is on.</summary>
public static class StagePolicy
{
}

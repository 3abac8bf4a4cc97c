namespace IntegrationHub.Funnel;

/// <summary>When a lead passes from one team to another, and when it has been taken up.</summary>
public static class HandoffRules
{
}

namespace IntegrationHub.LocalPlatform.ServiceBus.Topology;

/// <summary>How the parts of an entity are addressed. Paths are compared without regard to case.</summary>
internal static class EntityPath
{
    public static string OfSubscription(string topic, string subscription) => $"{topic}/Subscriptions/{subscription}";

    public static string OfDeadLetters(string entity) => $"{entity}/$DeadLetterQueue";
}

namespace IntegrationHub.LocalPlatform.ServiceBus.Topology;

/// <summary>The addresses of an entity and its parts. Paths are compared without regard to case.</summary>
internal static class EntityPath
{
    public static string OfSubscription(string topic, string subscription) => $"{topic}/Subscriptions/{subscription}";

    public static string OfDeadLetters(string entity) => $"{entity}/$DeadLetterQueue";
}

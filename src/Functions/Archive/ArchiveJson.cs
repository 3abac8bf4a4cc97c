using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Archive;

/// <summary>The JSON form of archived events: an event says its type by name.</summary>
internal static class ArchiveJson
{
    private static readonly Type[] EventTypes =
        [.. typeof(SourceEvent).Assembly.GetTypes().Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(SourceEvent)))];

    public static readonly JsonSerializerOptions Options = new(HubJson.Options)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { Describe } },
    };

    private static void Describe(JsonTypeInfo type)
    {
        if (type.Type == typeof(SourceEvent))
        {
            type.PolymorphismOptions = new();
            Array.ForEach(EventTypes, each => type.PolymorphismOptions.DerivedTypes.Add(new(each, each.Name)));
        }
        else if (EventTypes.Contains(type.Type))
        {
            // An event is made of a header; its properties are then read one by one.
            type.CreateObject = () => Activator.CreateInstance(type.Type, new EventHeader("", ToolSide.Marketing, null))!;
        }
    }
}

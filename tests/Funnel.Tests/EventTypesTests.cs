using System.Reflection;
using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel.Tests;

/// <summary>Who subscribes to the topic <c>funnel</c> relies on the words and members of its events.</summary>
public sealed class EventTypesTests
{
    [Fact]
    public void The_published_events_and_their_members_are_the_approved_ones()
    {
        var kinds = typeof(FunnelEvent).GetCustomAttributes<JsonDerivedTypeAttribute>();
        var lines = kinds.OrderBy(kind => (string)kind.TypeDiscriminator!, StringComparer.Ordinal).SelectMany(Describe);

        Approved.AssertSame(string.Join('\n', [.. lines, ""]), "tests", "Funnel.Tests", "EventTypes.approved.txt");
    }

    private static IEnumerable<string> Describe(JsonDerivedTypeAttribute kind) =>
        kind.DerivedType.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is not { Condition: JsonIgnoreCondition.Always })
            .OrderBy(property => property.Name, StringComparer.Ordinal)
            .Select(property => $"    {property.Name} {NameOf(property.PropertyType)}")
            .Prepend($"{kind.TypeDiscriminator}");

    private static string NameOf(Type type) =>
        type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
            : type.Name;
}

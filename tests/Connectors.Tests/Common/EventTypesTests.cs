using System.Reflection;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Tests.Common;

/// <summary>Every connector makes these events, and the command <c>read</c> shows them: a change to one concerns all.</summary>
public sealed class EventTypesTests
{
    [Fact]
    public void The_kinds_of_events_and_what_they_have_are_the_approved_ones()
    {
        var types = typeof(SourceEvent).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(EventHeader)));
        var lines = types.OrderBy(type => type.Name, StringComparer.Ordinal).SelectMany(Describe);

        Approved.AssertSame(string.Join('\n', [.. lines, ""]), "tests", "Connectors.Tests", "Common", "SourceEvents.approved.txt");
    }

    private static IEnumerable<string> Describe(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .OrderBy(property => property.Name, StringComparer.Ordinal)
            .Select(property => $"    {property.Name} {NameOf(property.PropertyType)}")
            .Prepend($"{type.Name} : {type.BaseType!.Name}{(type.IsSealed ? "" : ", no kind of its own")}");

    private static string NameOf(Type type) =>
        type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
            : type.Name;
}

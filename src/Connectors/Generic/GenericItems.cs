using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Generic;

/// <summary>Finds the items of a body, which the rules read one by one, and writes a body with some of them.</summary>
internal sealed class GenericItems(ImmutableArray<Place.Step> steps)
{
    /// <summary>Returns the items in order of appearance, with the names that stars stand for; none when the pointer leads
    /// nowhere. An array at its end is its elements.</summary>
    public IEnumerable<(JsonElement Item, IReadOnlyList<string?> Names)> Find(JsonElement body) => Find(body, 0, []);

    /// <summary>Writes the body with the items whose numbers are kept. Everything around them stays.</summary>
    public byte[] Keep(JsonElement body, Predicate<int> keeps)
    {
        var written = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(written, new() { MaxDepth = WellFormed.MostNested }))
        {
            var number = 0;
            Write(writer, body, 0, keeps, ref number);
        }

        return written.WrittenSpan.ToArray();
    }

    private IEnumerable<(JsonElement Item, IReadOnlyList<string?> Names)> Find(JsonElement from, int at, ImmutableArray<string?> names)
    {
        if (at == steps.Length)
        {
            return from.ValueKind == JsonValueKind.Array
                ? from.EnumerateArray().Select(element => (element, (IReadOnlyList<string?>)names))
                : [(from, names)];
        }

        return steps[at].Kind == Place.StepKind.Any
            ? from.ValueKind switch
            {
                JsonValueKind.Object => from.EnumerateObject().SelectMany(member => Find(member.Value, at + 1, names.Add(member.Name))),
                JsonValueKind.Array => from.EnumerateArray().SelectMany(element => Find(element, at + 1, names.Add(null))),
                _ => [],
            }
            : Place.Find(from, steps.AsSpan().Slice(at, 1)) is { } next ? Find(next, at + 1, names) : [];
    }

    /// <summary>Writes an element that the pointer passes; <paramref name="number"/> counts the items that were met.</summary>
    private void Write(Utf8JsonWriter writer, JsonElement from, int at, Predicate<int> keeps, ref int number)
    {
        if (from.ValueKind == JsonValueKind.Array)
        {
            writer.WriteStartArray();
            var index = 0;
            foreach (var element in from.EnumerateArray())
            {
                WriteChild(writer, null, element, IsOnWay(at, null, index++), at, keeps, ref number);
            }

            writer.WriteEndArray();
        }
        else if (from.ValueKind == JsonValueKind.Object && at < steps.Length)
        {
            writer.WriteStartObject();
            foreach (var member in from.EnumerateObject())
            {
                WriteChild(writer, member.Name, member.Value, IsOnWay(at, member.Name, null), at, keeps, ref number);
            }

            writer.WriteEndObject();
        }
        else
        {
            from.WriteTo(writer);
        }
    }

    private void WriteChild(
        Utf8JsonWriter writer, string? name, JsonElement child, bool isOnWay, int at, Predicate<int> keeps, ref int number)
    {
        var isItem = isOnWay && (at == steps.Length || (at + 1 == steps.Length && child.ValueKind != JsonValueKind.Array));
        if (isItem && !keeps(number++))
        {
            return;
        }

        if (name is not null)
        {
            writer.WritePropertyName(name);
        }

        if (isOnWay && !isItem)
        {
            Write(writer, child, at + 1, keeps, ref number);
        }
        else
        {
            child.WriteTo(writer);
        }
    }

    /// <summary>Whether a child is on the pointer's way. Behind its end stand the elements of an array.</summary>
    private bool IsOnWay(int at, string? name, int? index) =>
        at == steps.Length || steps[at].Kind == Place.StepKind.Any
        || (name is not null ? steps[at].Name == name : steps[at].Index == index);
}

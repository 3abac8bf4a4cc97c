using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Generic;

/// <summary>What places are looked up in: an item of a body, and what stands around it.</summary>
internal sealed class Seen
{
    /// <summary>Gets the item; undefined for a form.</summary>
    public JsonElement Item { get; init; }

    /// <summary>Gets the whole body; undefined for a form.</summary>
    public JsonElement Body { get; init; }

    /// <summary>Gets the form; null for JSON.</summary>
    public FormFields? Form { get; init; }

    /// <summary>Gets the names of the members that the stars of the items' pointer stand for; null for an array's
    /// element.</summary>
    public IReadOnlyList<string?> Names { get; init; } = [];

    /// <summary>Gets the delivery, whose headers count only while it is checked; null for an answer to the hub.</summary>
    public Delivery? Delivery { get; init; }

    /// <summary>Returns a value of the hub's own: <c>hash</c>, <c>channel</c>, or the number of a star.</summary>
    public string? Own(string name) => name switch
    {
        "hash" => Hash(),
        "channel" => Delivery?.Channel == Delivery.PollChannel ? "poll" : "webhook",
        [var digit] => Names.ElementAtOrDefault(digit - '1'),
        _ => null,
    };

    /// <summary>Returns a header of the delivery; null for none.</summary>
    public string? Header(string name) => Delivery?.Header(name)?.Trim();

    /// <summary>Returns a hash of the item's content, which is the same in a part of a split delivery.</summary>
    public string Hash() => UnreadableEvent.Fingerprint(
        Form is { } form ? form.Canonical()
        : Item.ValueKind == JsonValueKind.Undefined ? "" : JsonSerializer.Serialize(Item, WellFormed.Nested));
}

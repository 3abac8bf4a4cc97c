namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A raw delivery of a tool: a webhook's request, or the answer to a poll.</summary>
public sealed record Delivery
{
    /// <summary>The <see cref="Channel"/> of a poll's answer.</summary>
    public const string PollChannel = "poll";

    /// <summary>Gets the connector's name.</summary>
    public required string Connector { get; init; }

    /// <summary>Gets the path after the connector's name (<c>cdc</c>, <c>outbound/secret</c>); empty for none,
    /// <see cref="PollChannel"/> for a poll's answer.</summary>
    public string Channel { get; init; } = "";

    /// <summary>Gets the HTTP method in upper case.</summary>
    public string Method { get; init; } = "POST";

    /// <summary>Gets the URL that the vendor called: the configured public URL with the request's path and
    /// query. Some vendors sign it.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>Gets the headers that the connector needs, ignoring case.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Gets the raw body.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Gets when the hub received it, in UTC.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Gets the share of the leads that this copy of a split delivery is for; null for all leads.</summary>
    public DeliveryPart? Part { get; init; }

    /// <summary>Returns a header; null for none.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;
}

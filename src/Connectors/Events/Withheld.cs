namespace IntegrationHub.Connectors.Events;

/// <summary>Tells the placeholders that tools send in place of values they keep back. A withheld value is no value: it is neither known nor cleared.</summary>
internal static class Withheld
{
    /// <summary>What HubSpot sends for a sensitive value.</summary>
    private const string Redacted = "REDACTED";

    private const int ShortestMask = 3;

    /// <summary>Whether a text stands for a value that is kept back: the word itself, or a mask of nothing but asterisks or bullets.</summary>
    public static bool Is(string? text) =>
        text?.Trim() is { Length: > 0 } value && (value == Redacted || (value.Length >= ShortestMask && value.All(character => character is '*' or '•' or '●')));
}

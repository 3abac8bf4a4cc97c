using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Azure.Data.Tables;

/// <summary>A property's name, ready to be written with and without the annotation of its type.</summary>
internal sealed class PropertyName(string name)
{
    /// <summary>How many names are kept ready; a program has few, and one that makes names up must not fill the memory.</summary>
    private const int Kept = 1024;

    private static readonly ConcurrentDictionary<string, PropertyName> Known = [];

    internal JsonEncodedText Value { get; } = JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);

    internal JsonEncodedText Type { get; } = JsonEncodedText.Encode(name + EntityNames.TypeSuffix, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);

    internal static PropertyName Of(string name)
    {
        if (!Known.TryGetValue(name, out var known))
        {
            known = new(name);
            if (Known.Count < Kept)
            {
                Known.TryAdd(name, known);
            }
        }

        return known;
    }
}

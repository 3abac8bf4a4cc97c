using System.Text.Json;

namespace Refit;

/// <summary>Writes the property's name in snake_case.</summary>
public class SnakeCaseUrlParameterKeyFormatter : IUrlParameterKeyFormatter
{
    /// <inheritdoc/>
    public string Format(string key) => JsonNamingPolicy.SnakeCaseLower.ConvertName(key);
}

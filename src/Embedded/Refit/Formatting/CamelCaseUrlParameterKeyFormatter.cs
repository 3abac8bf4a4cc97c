using System.Text.Json;

namespace Refit;

/// <summary>Writes the property's name in camelCase.</summary>
public class CamelCaseUrlParameterKeyFormatter : IUrlParameterKeyFormatter
{
    /// <inheritdoc/>
    public string Format(string key) => JsonNamingPolicy.CamelCase.ConvertName(key);
}

using System.Reflection;

namespace Refit.Embedded;

/// <summary>The headers of a request: the last to name one wins, and null removes it.</summary>
internal sealed class HeaderLines
{
    private readonly Dictionary<string, string?> _headers;

    private HeaderLines(Dictionary<string, string?> headers) => _headers = headers;

    /// <summary>Reads what stands at an interface, those it inherits from, and a method.</summary>
    public static HeaderLines Read(Type api, MethodInfo method)
    {
        var headers = new HeaderLines(new(StringComparer.OrdinalIgnoreCase));
        MemberInfo[] sources = [.. api.GetInterfaces(), api, method];
        foreach (var line in sources.SelectMany(source => source.GetCustomAttribute<HeadersAttribute>(inherit: true)?.Headers ?? []))
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                headers.Set(colon < 0 ? line : line[..colon], colon < 0 ? null : line[(colon + 1)..].Trim());
            }
        }

        return headers;
    }

    public HeaderLines Copy() => new(new(_headers, StringComparer.OrdinalIgnoreCase));

    public void Set(string name, string? value) => _headers[OneLine(name).Trim()] = value is null ? null : OneLine(value);

    public void ApplyTo(HttpRequestMessage request)
    {
        foreach (var (name, value) in _headers)
        {
            if (value is not null && !request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content ??= new ByteArrayContent([]);
                request.Content.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    /// <summary>A value must not be able to add a header of its own.</summary>
    private static string OneLine(string text) => text.Replace("\r", string.Empty, StringComparison.Ordinal).Replace("\n", string.Empty, StringComparison.Ordinal);
}

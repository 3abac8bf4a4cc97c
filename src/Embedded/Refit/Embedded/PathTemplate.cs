using System.Reflection;
using System.Text;

namespace Refit.Embedded;

/// <summary>The path of a method, read once.</summary>
internal sealed class PathTemplate
{
    private readonly IReadOnlyList<PathPart> _parts;

    private PathTemplate(string text, IReadOnlyList<PathPart> parts)
    {
        Text = text;
        _parts = parts;
    }

    public string Text { get; }

    /// <summary>Gets whether the path as written has a query already.</summary>
    public bool HasQuery => _parts.OfType<PathPart.Words>().Any(words => words.Text.Contains('?', StringComparison.Ordinal));

    public static PathTemplate Parse(string text, ParameterInfo[] parameters, Func<string, ArgumentException> wrong)
    {
        if (text.Length > 0 && text[0] != '/')
        {
            throw wrong($"its path '{text}' does not start with '/'");
        }

        if (text.AsSpan().ContainsAny('\r', '\n'))
        {
            throw wrong("its path has a line break");
        }

        var parts = new List<PathPart>();
        var at = 0;
        while (at < text.Length)
        {
            var open = text.IndexOf('{', at);
            var close = open < 0 ? -1 : text.IndexOf('}', open);
            if (open >= 0 && close < 0)
            {
                throw wrong($"its path '{text}' opens a placeholder and does not close it");
            }

            var end = open < 0 ? text.Length : open;
            if (end > at)
            {
                parts.Add(new PathPart.Words(text[at..end]));
            }

            if (open >= 0)
            {
                parts.Add(ParsePlaceholder(text[(open + 1)..close], parameters, wrong));
            }

            at = open < 0 ? text.Length : close + 1;
        }

        return new(text, parts);
    }

    /// <summary>Says whether a parameter's value stands in the path as it is.</summary>
    public bool Uses(ParameterInfo parameter) => Placeholders(parameter).Any(part => part.Properties.Count == 0);

    /// <summary>Says whether properties of a parameter's value stand in the path.</summary>
    public bool UsesPropertiesOf(ParameterInfo parameter) => Placeholders(parameter).Any(part => part.Properties.Count > 0);

    /// <summary>Says whether a property of a parameter's value stands in the path.</summary>
    public bool Uses(ParameterInfo parameter, PropertyInfo property) =>
        Placeholders(parameter).Any(part => part.Properties is [var first, ..] && first.Name == property.Name);

    public string Fill(object?[] arguments, RefitSettings settings)
    {
        var path = new StringBuilder();
        foreach (var part in _parts)
        {
            switch (part)
            {
                case PathPart.Words words:
                    path.Append(words.Text);
                    break;
                case PathPart.Placeholder placeholder:
                    Append(path, placeholder, arguments, settings);
                    break;
            }
        }

        return path.ToString();
    }

    private static void Append(StringBuilder path, PathPart.Placeholder placeholder, object?[] arguments, RefitSettings settings)
    {
        var value = placeholder.Properties.Aggregate(arguments[placeholder.Parameter.Position], (from, property) => from is null ? null : property.GetValue(from));
        ICustomAttributeProvider source = placeholder.Properties is [.., var last] ? last : placeholder.Parameter;
        var text = settings.UrlParameterFormatter.Format(value, source, placeholder.Parameter.ParameterType);
        if (text is null && placeholder.Optional)
        {
            if (path.Length > 0 && path[^1] == '/')
            {
                path.Length--;
            }

            return;
        }

        path.Append(Escape(text ?? string.Empty, placeholder));
    }

    private static string Escape(string text, PathPart.Placeholder placeholder) => placeholder switch
    {
        _ when placeholder.Parameter.IsDefined(typeof(EncodedAttribute)) => text,
        { Rest: true } => string.Join('/', text.Split('/').Select(Uri.EscapeDataString)),
        _ => Uri.EscapeDataString(text),
    };

    private static PathPart.Placeholder ParsePlaceholder(string text, ParameterInfo[] parameters, Func<string, ArgumentException> wrong)
    {
        var rest = text.StartsWith("**", StringComparison.Ordinal);
        var optional = text.EndsWith('?');
        var name = text[(rest ? 2 : 0)..(text.Length - (optional ? 1 : 0))];

        if (parameters.FirstOrDefault(parameter => Same(NameOf(parameter), name)) is { } whole)
        {
            return new(whole, [], rest, optional);
        }

        if (name.Split('.') is [var owner, .. var way] && way.Length > 0
            && parameters.FirstOrDefault(parameter => Same(NameOf(parameter), owner)) is { } parameter
            && Resolve(parameter.ParameterType, way) is { } properties)
        {
            return new(parameter, properties, rest, optional);
        }

        throw wrong($"no parameter goes into the placeholder {{{text}}} of its path");
    }

    private static List<PropertyInfo>? Resolve(Type type, string[] way)
    {
        var properties = new List<PropertyInfo>();
        foreach (var name in way)
        {
            var property = type.GetProperties().FirstOrDefault(
                property => Same(property.GetCustomAttribute<AliasAsAttribute>()?.Name ?? property.Name, name) && property.CanRead);
            if (property is null)
            {
                return null;
            }

            properties.Add(property);
            type = property.PropertyType;
        }

        return properties;
    }

    private static string NameOf(ParameterInfo parameter) => parameter.GetCustomAttribute<AliasAsAttribute>()?.Name ?? parameter.Name!;

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private IEnumerable<PathPart.Placeholder> Placeholders(ParameterInfo parameter) =>
        _parts.OfType<PathPart.Placeholder>().Where(part => part.Parameter == parameter);
}

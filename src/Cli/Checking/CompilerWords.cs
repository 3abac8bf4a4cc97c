using System.Text.RegularExpressions;
using IntegrationHub.Cli.Bicep;

namespace IntegrationHub.Cli.Checking;

/// <summary>
/// Puts what the compiler says in the words of the hub: the parameter, what it must be, and an example. A value of the
/// file is not repeated: it may be a secret that stands in the wrong place.
/// </summary>
/// <param name="text">The outline of the file.</param>
/// <param name="types">The types of the template.</param>
internal sealed partial class CompilerWords(ParameterText text, TemplateTypes types)
{
    private const int LongestType = 160;

    /// <summary>Returns the faults of a diagnostic: one for each parameter that it names.</summary>
    public IEnumerable<Fault> FaultsOf(BicepDiagnostic diagnostic)
    {
        var path = text.At(diagnostic.Line, diagnostic.Column);
        var named = Quoted().Matches(diagnostic.Message).Select(match => match.Groups[1].Value).ToList();
        return diagnostic.Code switch
        {
            // Properties, or parameters, that are missing.
            "BCP035" => named.Skip(1).Select(name => Make($"{path}.{name}", $"must be set{About($"{path}.{name}")}")),
            "BCP258" => named.Select(name => new Fault(name, null, $"must be set{About(name)}.", diagnostic.Code)),
            "BCP078" => [Make($"{path}.{named[0]}", $"must be set to one of {Choices(named[1])}")],
            "BCP259" => [Make(path ?? named[0], $"must be one of the parameters of the template: {string.Join(", ", types.Parameters)}")],
            "BCP037" or "BCP038" or "BCP089" or "BCP040" when named.Count > 0 && Inside(path, named[0]) is var left =>
                [Make(left, $"must be left out{Allowed(left)}{Meant(diagnostic)}")],
            "BCP033" or "BCP034" or "BCP036" or "BCP088" =>
                [Make(path, $"must be {Expected(diagnostic)}{Meant(diagnostic)}{Example(path)}")],
            "BCP025" or "BCP028" or "BCP052" => [Make(path ?? named.FirstOrDefault(), "must stand once")],
            "BCP327" => [Make(path, $"must be at most {Bound(diagnostic)}")],
            "BCP328" => [Make(path, $"must be at least {Bound(diagnostic)}")],
            "BCP332" => [Make(path, $"must have a length of at most {Bound(diagnostic)}")],
            "BCP333" => [Make(path, $"must have a length of at least {Bound(diagnostic)}{About(path)}")],
            _ => [new(path, Line(), diagnostic.Message, diagnostic.Code)],
        };

        Fault Make(string? parameter, string message) => new(parameter, Line(), $"{message}.", diagnostic.Code);

        int Line() => diagnostic.Line + 1;
    }

    /// <summary>Returns the property that a message names, where its place is only that of the object around it, such as a
    /// variable.</summary>
    private static string? Inside(string? path, string name) =>
        path is null || path.EndsWith($".{name}", StringComparison.Ordinal) ? path : $"{path}.{name}";

    /// <summary>What a parameter means, with an example.</summary>
    private string About(string? path) =>
        path is not null && types.Find(path, text.Texts) is { } type && TemplateTypes.DescriptionOf(type) is { } meaning
            ? $": {meaning.TrimEnd('.')}{Example(path)}"
            : Example(path);

    private string Example(string? path)
    {
        var type = path is null ? null : types.Find(path, text.Texts);
        var example = TemplateTypes.ExampleOf(type)
            ?? (path?.Contains(".secrets.", StringComparison.Ordinal) == true ? "the name hubspot-client-secret" : null);
        return example is null ? "" : $", for example {example}";
    }

    private string Allowed(string? path)
    {
        var above = path?[..Math.Max(0, path.LastIndexOfAny(['.', '[']))] ?? "";
        return TemplateTypes.NamesOf(types.Find(above, text.Texts)) is { Count: > 0 } names
            ? $"; {above} has only {string.Join(", ", names.Order(StringComparer.Ordinal))}"
            : "";
    }

    private static string Expected(BicepDiagnostic diagnostic)
    {
        var type = ExpectedType().Match(diagnostic.Message).Groups[1].Value.Replace("null | ", "", StringComparison.Ordinal)
            .Replace(" | null", "", StringComparison.Ordinal);
        return type switch
        {
            "string" => "a text in quotes",
            "int" => "a whole number",
            "bool" => "true or false",
            "string[]" => "a list of texts",
            _ when type.StartsWith('\'') => $"one of {Choices(type)}",
            _ => type.Length > LongestType ? $"{type[..LongestType]}…" : type,
        };
    }

    private static string Choices(string union) => union.Replace(" | ", ", ", StringComparison.Ordinal);

    private static string Meant(BicepDiagnostic diagnostic) =>
        Suggestion().Match(diagnostic.Message) is { Success: true } meant ? $". Did you mean {meant.Groups[1].Value}?" : "";

    private static string Bound(BicepDiagnostic diagnostic) => Numbers().Matches(diagnostic.Message)[^1].Value;

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex("(?:value|item) of type \"([^\"]*)\"")]
    private static partial Regex ExpectedType();

    [GeneratedRegex("Did you mean \"([^\"]*)\"")]
    private static partial Regex Suggestion();

    [GeneratedRegex(@"-?\d+")]
    private static partial Regex Numbers();
}

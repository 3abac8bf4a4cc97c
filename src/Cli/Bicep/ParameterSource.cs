using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IntegrationHub.Cli.Bicep;

/// <summary>
/// A parameters file as the compiler reads it: a <c>.bicepparam</c> as it is, and JSON as a temporary
/// <c>.bicepparam</c>, because the compiler checks only that form.
/// </summary>
internal sealed partial class ParameterSource : IDisposable
{
    private readonly string? _temporary;

    private ParameterSource(string path, string text, string? temporary)
    {
        Path = path;
        Text = new(text);
        _temporary = temporary;
    }

    /// <summary>Gets the file for the compiler.</summary>
    public string Path { get; }

    /// <summary>Gets the outline of that file.</summary>
    public ParameterText Text { get; }

    /// <summary>Gets a value indicating whether lines are those of the file that was given.</summary>
    public bool HasLines => _temporary is null;

    /// <summary>Opens a file.</summary>
    /// <param name="file">A <c>.bicepparam</c>, or JSON: of `bicep build-params`, or of azd with
    /// <c>${NAME}</c>.</param>
    /// <param name="template">The <c>main.bicep</c> for JSON; null to look for <c>infra/main.bicep</c> from here and
    /// from the file upwards.</param>
    /// <param name="variable">Returns the value of an environment variable; null when it is not set.</param>
    /// <exception cref="InvalidDataException">The file cannot be a parameters file; the message says what would be
    /// right.</exception>
    public static ParameterSource Open(string file, string? template, Func<string, string?> variable)
    {
        if (!File.Exists(file))
        {
            throw new InvalidDataException($"{file}: must be a file, for example infra/examples/minimal.bicepparam.");
        }

        var path = System.IO.Path.GetFullPath(file);
        if (path.EndsWith(".bicepparam", StringComparison.OrdinalIgnoreCase))
        {
            return new(path, File.ReadAllText(path), null);
        }

        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException($"{file}: must be a .bicepparam or parameters in JSON, for example main.parameters.json.");
        }

        var main = template is null ? FindTemplate(path) : System.IO.Path.GetFullPath(template);
        if (main is null || !File.Exists(main))
        {
            throw new InvalidDataException("--template: must be the template of the parameters, for example infra/main.bicep.");
        }

        var folder = Directory.CreateTempSubdirectory("hub-parameters-").FullName;
        var text = Convert(ReadJson(file, path, variable), System.IO.Path.GetRelativePath(folder, main).Replace('\\', '/'));
        var converted = System.IO.Path.Combine(folder, "parameters.bicepparam");
        File.WriteAllText(converted, text);
        return new(converted, text, folder);
    }

    /// <summary>Looks for <c>infra/main.bicep</c> from the current folder and from a file upwards; null when there is
    /// none.</summary>
    public static string? FindTemplate(string file)
    {
        string?[] starts = [Directory.GetCurrentDirectory(), System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file))];
        return starts.SelectMany(Upwards).SelectMany(folder => new[]
        {
            System.IO.Path.Combine(folder, "infra", "main.bicep"), System.IO.Path.Combine(folder, "main.bicep"),
        }).FirstOrDefault(File.Exists);
    }

    /// <summary>Returns a value as Bicep writes it.</summary>
    public static string Literal(JsonNode? value) => value switch
    {
        JsonObject members => $"{{\n{string.Concat(members.Select(member => $"{Name(member.Key)}: {Literal(member.Value)}\n"))}}}",
        JsonArray items => $"[\n{string.Concat(items.Select(item => $"{Literal(item)}\n"))}]",
        { } text when text.GetValueKind() == JsonValueKind.String => Quoted(text.GetValue<string>()),
        _ => value?.ToJsonString() ?? "null",
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_temporary is not null)
        {
            Directory.Delete(_temporary, recursive: true);
        }
    }

    private static IEnumerable<string> Upwards(string? folder)
    {
        for (; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            yield return folder;
        }
    }

    private static JsonObject ReadJson(string file, string path, Func<string, string?> variable)
    {
        try
        {
            var unset = new List<string>();
            var text = OfTheEnvironment().Replace(File.ReadAllText(path), match =>
            {
                var value = variable(match.Groups["name"].Value)
                    ?? (match.Groups["default"].Success ? match.Groups["default"].Value : null);
                if (value is null)
                {
                    unset.Add(match.Groups["name"].Value);
                }

                return JsonSerializer.Serialize(value ?? "")[1..^1];
            });
            return unset.Count == 0
                ? JsonNode.Parse(text)?["parameters"] as JsonObject ?? throw new InvalidDataException(
                    $"{file}: must have an object parameters, for example as `bicep build-params` writes it.")
                : throw new InvalidDataException(
                    $"{file}: the environment must have {string.Join(", ", unset.Distinct())}, for example by `azd env set {unset[0]} …` "
                        + "and `eval \"$(azd env get-values | sed 's/^/export /')\"`.");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"{file}: must be JSON. {failure.Message}", failure);
        }
    }

    private static string Convert(JsonObject parameters, string main) =>
        string.Join('\n', [
            $"using '{main}'",
            .. parameters.Select(parameter => $"param {parameter.Key} = {Literal(parameter.Value?["value"])}"),
            ""]);

    private static string Name(string name) => Identifier().IsMatch(name) ? name : Quoted(name);

    private static string Quoted(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)
            .Replace("${", "\\${", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"\$\{(?<name>\w+)(=(?<default>[^}]*))?\}")]
    private static partial Regex OfTheEnvironment();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex Identifier();
}

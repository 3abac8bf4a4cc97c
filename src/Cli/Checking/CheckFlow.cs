using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using IntegrationHub.Cli.Bicep;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions;
using IntegrationHub.Functions.Platform.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Cli.Checking;

/// <summary>
/// Checks a parameters file: the compiler checks names and values, the template rules across parameters, and the hub's
/// own readers what would be its settings. The first of them that finds faults ends the check.
/// </summary>
/// <param name="bicep">The compiler.</param>
internal sealed partial class CheckFlow(BicepCompiler bicep)
{
    private const string Template = "main.bicep";

    /// <summary>The sections that only the hub's readers read. A setting there that they do not ask for has no
    /// effect.</summary>
    private static readonly string[] OfReaders =
        ["Hub", "Connectors", "Funnel", "Teams", "Owners", "Handoffs", "Alerts", "WriteBack", "Ops", "Erasure", "Outward", "Identity",
            "Content", "Campaigns", "Mail", "Archive"];

    /// <summary>Read by the Functions host, or at their use.</summary>
    private static readonly string[] ReadElsewhere = ["Hub:FunctionKey", "Hub:RetryDelays"];

    private TemplateTypes? _types;

    /// <summary>Checks a file.</summary>
    public async Task<CheckedFile> CheckAsync(ParameterSource source, CancellationToken cancellationToken)
    {
        CompiledParameters compiled;
        try
        {
            compiled = await bicep.CompileParametersAsync(source.Path, cancellationToken);
        }
        catch (BicepException refusal)
        {
            return Refused([new(null, null, refusal.Message, null)]);
        }

        if (compiled is not { Parameters: { } parameters, Template: { } template } || compiled.Diagnostics.Any(one => one.IsError))
        {
            return Refused(await WordsOfAsync(source, compiled.Diagnostics, cancellationToken));
        }

        var connectors = ConnectorsOf(parameters);
        var secretFaults = SecretFaults(parameters, source);
        try
        {
            var (settings, names) = (
                TemplateSettings.Of(await bicep.ResourcesAsync(source.Path, cancellationToken)),
                new ParameterNames(parameters, new(template)));
            var faults = secretFaults.Concat(Judge(settings, names, source)).ToList();
            var secrets = settings.Values.Select(TemplateSettings.SecretOf).OfType<string>().Distinct().Order(StringComparer.Ordinal);
            return new(faults, connectors, [.. secrets], settings) { Names = names };
        }
        catch (BicepException refusal)
        {
            return new([.. secretFaults, .. TemplateFaults(refusal.Message, source)], connectors, [], null);
        }
    }

    private static CheckedFile Refused(IReadOnlyList<Fault> faults) => new(faults, new Dictionary<string, string>(), [], null);

    private async Task<IReadOnlyList<Fault>> WordsOfAsync(
        ParameterSource source, IReadOnlyList<BicepDiagnostic> diagnostics, CancellationToken cancellationToken)
    {
        if (_types is null && TemplateOf(source) is { } main)
        {
            _types = new((await bicep.CompileAsync(main, cancellationToken)).Template ?? new JsonObject());
        }

        var words = new CompilerWords(source.Text, _types ?? new(new JsonObject()));
        return
        [
            .. diagnostics.Where(diagnostic => diagnostic.IsError).SelectMany(words.FaultsOf)
                .Select(fault => source.HasLines ? fault : fault with { Line = null }).Distinct(),
        ];
    }

    /// <summary>The template that the file names; null when it cannot be found.</summary>
    private static string? TemplateOf(ParameterSource source) =>
        Using().Match(File.ReadAllText(source.Path)) is { Success: true } found
            && Path.GetFullPath(found.Groups["path"].Value, Path.GetDirectoryName(source.Path)!) is var path && File.Exists(path)
            && Path.GetFileName(path) == Template
                ? path
                : null;

    private static Dictionary<string, string> ConnectorsOf(JsonObject parameters) =>
        (parameters["connectors"]?["value"] as JsonObject ?? [])
        .ToDictionary(connector => connector.Key, connector => connector.Value?["type"]?.ToString() ?? "");

    /// <summary>A secret in the place of its name compiles, and would be printed with every deployment.</summary>
    private static IEnumerable<Fault> SecretFaults(JsonObject parameters, ParameterSource source) =>
        from entry in SecretsBelow("", parameters)
        where SecretNameRules.LooksLikeSecret(entry.Name)
        let path = entry.Path
        select new Fault(
            path, source.HasLines ? source.Text.LineOf(path) : null,
            "must be the name of a secret in the Key Vault, not the secret itself, for example hubspot-client-secret. "
                + "Change a secret that stood in a file.", null);

    private static IEnumerable<(string Path, string Name)> SecretsBelow(string path, JsonNode? value) => value switch
    {
        JsonObject members => members.SelectMany(member => member.Key is "secret" && member.Value is JsonValue
            ? [($"{path}.{member.Key}", member.Value.ToString())]
            : member is { Key: "secrets", Value: JsonObject secrets }
                ? secrets.Select(secret => ($"{path}.secrets.{secret.Key}", secret.Value?.ToString() ?? ""))
                : SecretsBelow(member.Key == "value" && !path.Contains('.', StringComparison.Ordinal) ? path
                    : path.Length == 0 ? member.Key : $"{path}.{member.Key}", member.Value)),
        _ => [],
    };

    /// <summary>Splits the refusal of the template into its sentences, each of which begins with a parameter.</summary>
    private static IEnumerable<Fault> TemplateFaults(string refusal, ParameterSource source)
    {
        var said = Failed().Match(refusal) is { Success: true } failed ? failed.Groups["said"].Value : refusal;
        foreach (var sentence in said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (path, message) = sentence.IndexOf(": ", StringComparison.Ordinal) is var at and > 0
                && !sentence[..at].Contains(' ', StringComparison.Ordinal)
                ? (sentence[..at], sentence[(at + 2)..])
                : (null, sentence);
            yield return new(path, path is not null && source.HasLines ? source.Text.LineOf(path) : null, message, null);
        }
    }

    /// <summary>Returns what the hub's readers would refuse of the settings of a file.</summary>
    internal static IReadOnlyList<Fault> Judge(IReadOnlyDictionary<string, string> settings, ParameterNames names, ParameterSource source)
    {
        // A setting that Azure sets, so that the readers judge as there.
        var resolved = TemplateSettings.Resolve(settings, TemplateSettings.FakeSecret);
        resolved["WEBSITE_SITE_NAME"] = "check";
        var read = new ReadSettings(resolved);
        var configuration = new ConfigurationBuilder().Add(read).Build();
        var faults = new List<string>();
        try
        {
            Hub.ReadSettings(new ServiceCollection(), configuration);
            faults.AddRange(LimitRules.Faults(FunnelSettingsReader.Read(new(configuration))));
        }
        catch (InvalidSettingsException wrong)
        {
            faults.AddRange(wrong.Faults);
        }

        return
        [
            .. faults.Select(fault =>
            {
                var at = fault.IndexOf(": must be ", StringComparison.Ordinal);
                var parameter = names.Of(fault[..at]);
                return Make(parameter, names.Translate(fault[(at + 2)..]));
            }),
            .. Unread(resolved.Keys, read).Select(key => Make(
                names.Of(key),
                "must be the name of a setting that the hub reads, for example Hub__ReplayPerSecond; docs/configuration.md lists them.")),
        ];

        Fault Make(string parameter, string message) =>
            new(parameter, source.HasLines ? source.Text.LineOf(parameter) : null, message, null);
    }

    private static IEnumerable<string> Unread(IEnumerable<string> settings, ReadSettings read)
    {
        var asked = read.Asked.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return settings.Where(key => OfReaders.Contains(key.Split(':')[0], StringComparer.OrdinalIgnoreCase)
            && !asked.Contains(key) && !ReadElsewhere.Contains(key, StringComparer.OrdinalIgnoreCase));
    }

    [GeneratedRegex(@"^\s*using\s+'(?<path>[^']+)'", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"is not valid: (?<said>.*?)\. Please see https", RegexOptions.Singleline)]
    private static partial Regex Failed();
}

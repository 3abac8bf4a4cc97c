using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IntegrationHub.Infra.Tests;

/// <summary>Every file of <c>infra/</c> compiles without a word of the compiler, and is written as it formats.</summary>
public sealed partial class CompileTests(BicepCompiler bicep)
{
    public static TheoryData<string> Files => [.. Directory.GetFiles(BicepCompiler.Folder, "*.bicep*", SearchOption.AllDirectories)
        .Where(file => file.EndsWith(".bicep", StringComparison.Ordinal) || file.EndsWith(".bicepparam", StringComparison.Ordinal))
        .Select(file => Path.GetRelativePath(BicepCompiler.Folder, file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_file_compiles_without_any_diagnostic(string file) =>
        Assert.Empty(await bicep.DiagnosticsOfAsync(Path.Combine(BicepCompiler.Folder, file)));

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_file_is_formatted(string file)
    {
        var path = Path.Combine(BicepCompiler.Folder, file);
        Assert.Equal(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken), await bicep.FormatAsync(path));
    }

    /// <summary>azd reads JSON, which the compiler checks only as a parameters file of its own form.</summary>
    [Fact]
    public async Task The_parameters_of_azd_fit()
    {
        var folder = Directory.CreateTempSubdirectory("hub-parameters-");
        try
        {
            var text = await File.ReadAllTextAsync(Path.Combine(BicepCompiler.Folder, "main.parameters.json"), TestContext.Current.CancellationToken);
            var json = JsonNode.Parse(OfTheEnvironment().Replace(text, "set"))!;
            var main = Path.GetRelativePath(folder.FullName, Path.Combine(BicepCompiler.Folder, "main.bicep"));
            var parameters = json["parameters"]!.AsObject().Select(parameter => $"param {parameter.Key} = {Literal(parameter.Value!["value"])}");
            var path = Path.Combine(folder.FullName, "azd.bicepparam");
            await File.WriteAllLinesAsync(path, [$"using '{main}'", .. parameters], TestContext.Current.CancellationToken);

            Assert.Empty(await bicep.DiagnosticsOfAsync(path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Literal(JsonNode? value) => value switch
    {
        JsonObject members => $"{{\n{string.Concat(members.Select(member => $"{member.Key}: {Literal(member.Value)}\n"))}}}",
        JsonArray items => $"[\n{string.Concat(items.Select(item => $"{Literal(item)}\n"))}]",
        { } text when text.GetValueKind() == JsonValueKind.String => Quoted(text.GetValue<string>()),
        _ => value?.ToJsonString() ?? "null",
    };

    private static string Quoted(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"\$\{\w+\}")]
    private static partial Regex OfTheEnvironment();
}

using System.Text.RegularExpressions;

namespace IntegrationHub.Infra.Tests;

/// <summary>
/// The files of <c>WrongParameters</c> hold a mistake of each kind, in one file for each of those that find them. Above a mistake
/// stands which parameter is named, what the message says would be right, and the code of the compiler where that finds it.
/// </summary>
public sealed partial class WrongParametersTests(BicepCompiler bicep)
{
    private static readonly string Folder = Path.Combine(BicepCompiler.Repository, "tests", "Infra.Tests", "WrongParameters");

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public static TheoryData<string, string> Mistakes => new(Files.SelectMany(file => Read(file.Data).Select(mistake => (file.Data, mistake.Parameter))));

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_refused_with_its_parameter_and_the_cure(string file, string parameter)
    {
        var mistake = Read(file).Single(each => each.Parameter == parameter);

        var outcome = await bicep.CheckAsync(Path.Combine(Folder, file));

        var fault = outcome.Faults.FirstOrDefault(each => each.Parameter == parameter);
        Assert.True(fault is not null, $"No fault of {parameter} among: {string.Join(" | ", outcome.Faults)}");
        Assert.Contains(mistake.Cure, fault.Message, StringComparison.Ordinal);
        Assert.Equal((mistake.Code, mistake.Line), (fault.Code, fault.Line));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Nothing_else_is_refused(string file)
    {
        var outcome = await bicep.CheckAsync(Path.Combine(Folder, file));

        Assert.Equal(Read(file).Select(mistake => mistake.Parameter).Order(StringComparer.Ordinal), outcome.Faults.Select(fault => fault.Parameter).Distinct().Order(StringComparer.Ordinal));
    }

    private static List<Mistake> Read(string file)
    {
        var text = File.ReadAllText(Path.Combine(Folder, file)).ReplaceLineEndings("\n");
        return
        [
            .. Expectation().Matches(text).Select(match => new Mistake(
                match.Groups["parameter"].Value,
                match.Groups["cure"].Value,
                match.Groups["code"].Success ? match.Groups["code"].Value : null,
                match.Groups["absent"].Success ? null : text.AsSpan(0, match.Index + match.Length).Count('\n') + 1)),
        ];
    }

    /// <summary>The line after it is that of the mistake, but for a parameter that is not there at all.</summary>
    [GeneratedRegex("^ *// parameter: (?<parameter>.*)\n *// cure: (?<cure>.*)\n(?: *// code: (?<code>.*)\n)?(?<absent>(?=using))?", RegexOptions.Multiline)]
    private static partial Regex Expectation();

    private sealed record Mistake(string Parameter, string Cure, string? Code, int? Line);
}

using System.Text.RegularExpressions;

namespace IntegrationHub.Infra.Tests;

/// <summary>
/// Each file of <c>WrongParameters</c> has one mistake. Its first lines say which parameter the message names, on which line,
/// which cure it offers, and the code of the compiler if the compiler finds the mistake; <c>also</c> is a parameter that is refused
/// with it.
/// </summary>
public sealed partial class WrongParametersTests(BicepCompiler bicep)
{
    private static readonly string Folder = Path.Combine(BicepCompiler.Repository, "tests", "Infra.Tests", "WrongParameters");

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_wrong_file_is_refused_with_its_parameter_and_the_cure(string file)
    {
        var path = Path.Combine(Folder, file);
        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        var expected = Expectation().Matches(text).ToDictionary(line => line.Groups["what"].Value, line => line.Groups["text"].Value.TrimEnd());

        var outcome = await bicep.CheckAsync(path);

        var fault = outcome.Faults.FirstOrDefault(each => each.Parameter == expected["parameter"]);
        Assert.True(fault is not null, $"No fault of {expected["parameter"]} among: {string.Join(" | ", outcome.Faults)}");
        Assert.Contains(expected["cure"], fault.Message, StringComparison.Ordinal);
        Assert.Equal(expected.GetValueOrDefault("code"), fault.Code);
        Assert.Equal(expected.GetValueOrDefault("line"), fault.Line is { } line ? text.Split('\n')[line - 1].Trim() : null);
        Assert.Equal(
            new[] { expected["parameter"], expected.GetValueOrDefault("also") }.OfType<string>().Order(),
            outcome.Faults.Select(each => each.Parameter).Distinct().Order());
    }

    [GeneratedRegex("^// (?<what>parameter|line|also|cure|code): (?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex Expectation();
}

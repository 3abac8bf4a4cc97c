using System.Text.RegularExpressions;

namespace IntegrationHub.Infra.Tests;

/// <summary>
/// Each file of <c>WrongParameters</c> has one mistake. Its first lines say which parameter the message names, which cure it
/// offers, and the code of the compiler if the compiler finds the mistake.
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
        var expected = Expectation().Matches(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))
            .ToDictionary(line => line.Groups["what"].Value, line => line.Groups["text"].Value.TrimEnd());

        var outcome = await bicep.CheckAsync(path);

        var fault = outcome.Faults.FirstOrDefault(each => each.Parameter == expected["parameter"]);
        Assert.True(fault is not null, $"No fault of {expected["parameter"]} among: {string.Join(" | ", outcome.Faults)}");
        Assert.Contains(expected["cure"], fault.Message, StringComparison.Ordinal);
        Assert.Equal(expected.GetValueOrDefault("code"), fault.Code);
        Assert.True(fault.Line is > 0 || expected["parameter"] is "location", "The line is missing.");
    }

    [GeneratedRegex("^// (?<what>parameter|cure|code): (?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex Expectation();
}

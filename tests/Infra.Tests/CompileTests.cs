namespace IntegrationHub.Infra.Tests;

/// <summary>Every file of <c>infra/</c> compiles without a word of the compiler, and is written as it formats.</summary>
public sealed class CompileTests(BicepCompiler bicep)
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
}

using IntegrationHub.Fuzzing;

namespace IntegrationHub.Functions.Tests.Requirements;

/// <summary>A few mutated inputs for each parser of bytes from outside; <c>dotnet run --project tests/Benchmarks -- fuzz</c> tries many.</summary>
public sealed class FuzzTests
{
    public static TheoryData<string> Targets => [.. FuzzRun.Targets];

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task A_mutated_input_is_read_or_refused_soon_and_never_crashes(string target)
    {
        var report = await FuzzRun.RunAsync(target, inputs: 1_000, seed: 7, Repository.PathTo("tests", "Payloads"), TestContext.Current.CancellationToken);

        Assert.Empty(report.Faults);
        Assert.InRange(report.Refused, 0, report.Inputs - 1);
    }
}

using IntegrationHub.Tests.Support;

namespace IntegrationHub.LocalPlatform.Tests.FunctionApp;

/// <summary>Compares with a file that people have looked at.</summary>
internal static class Approved
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Fails when a text differs from the approved file beside the tests, and says where the new one is.</summary>
    public static async Task AssertAsync(string name, string received)
    {
        var approved = Repository.PathTo("tests", "LocalPlatform.Tests", "FunctionApp", name);
        if (!File.Exists(approved) || (await File.ReadAllTextAsync(approved, Stop)).ReplaceLineEndings("\n") != received.ReplaceLineEndings("\n"))
        {
            var file = Path.Combine(Path.GetTempPath(), name.Replace("approved", "received", StringComparison.Ordinal));
            await File.WriteAllTextAsync(file, received, Stop);
            Assert.Fail($"What was received differs from {approved}. If it is as wanted, copy {file} there.");
        }
    }
}

namespace IntegrationHub.Tests.Support;

/// <summary>Compares with a file that people have looked at.</summary>
public static class Approved
{
    /// <summary>Fails when a text differs from the approved file, and says where the new one is.</summary>
    /// <param name="received">The text.</param>
    /// <param name="path">The way to the approved file from the root of the repository.</param>
    public static void AssertSame(string received, params IEnumerable<string> path)
    {
        var approved = Repository.PathTo(path);
        if (!File.Exists(approved) || File.ReadAllText(approved).ReplaceLineEndings("\n") != received.ReplaceLineEndings("\n"))
        {
            var file = Path.Combine(Path.GetTempPath(), Path.GetFileName(approved).Replace("approved", "received", StringComparison.Ordinal));
            File.WriteAllText(file, received);
            Assert.Fail($"What was received differs from {approved}. If it is as wanted, copy {file} there.");
        }
    }
}

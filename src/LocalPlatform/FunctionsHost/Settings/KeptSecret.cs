namespace IntegrationHub.LocalPlatform.FunctionsHost.Settings;

/// <summary>Secrets that are made on the first start and kept in files that only their owner reads.</summary>
internal static class KeptSecret
{
    /// <summary>Returns the secret of a file, or makes it.</summary>
    /// <param name="isPrinted">Whether a new secret is printed, because people need it.</param>
    public static string Load(string path, string what, bool isPrinted, Func<string> make) =>
        File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } kept ? kept : Keep(path, what, isPrinted, make());

    private static string Keep(string path, string what, bool isPrinted, string secret)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new StreamWriter(path, options))
        {
            file.WriteLine(secret);
        }

        // Printed and not logged: logs are shared, a secret must not be.
        Console.WriteLine(isPrinted ? $"{what} (created now, stored in {path}): {secret}" : $"{what} made now, kept in {path}");
        return secret;
    }
}

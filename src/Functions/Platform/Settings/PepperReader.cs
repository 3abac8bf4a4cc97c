using System.Buffers.Text;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Reads <c>Hub:Peppers</c>, the secrets of the hashes that stand for persons.</summary>
internal static class PepperReader
{
    private const string Key = "Hub:Peppers";
    private const int LongestVersion = 8;

    /// <summary>Returns the hasher of the configured peppers.</summary>
    public static PersonKeys Read(SettingsReader reader)
    {
        Pepper?[] peppers = [.. reader.List(Key).Select(Parse)];
        if (peppers.Length > 0 && peppers.All(pepper => pepper is not null)
            && peppers.DistinctBy(pepper => pepper!.Version).Count() == peppers.Length)
        {
            return new([.. peppers.OfType<Pepper>()]);
        }

        reader.Fault(
            Key,
            $"secrets in Base64, newest first, each of at least {Pepper.LeastBytes} bytes after a name of its own; "
            + "`openssl rand -base64 32` makes one",
            "k1:dGhpcyBpcyBhbiBleGFtcGxlIGFuZCBub3QgYSBzZWNyZXQ=");

        // The start fails with the fault before anybody uses it.
        return new(new Pepper("none", new byte[Pepper.LeastBytes]));
    }

    private static Pepper? Parse(string text)
    {
        var (version, secret) = text.Split(':', 2) is [var name, var value] ? (name.Trim(), value.Trim()) : ("", "");
        return version.Length is > 0 and <= LongestVersion && version.All(char.IsAsciiLetterOrDigit) && Base64.IsValid(secret)
            && Convert.FromBase64String(secret) is { Length: >= Pepper.LeastBytes } bytes
                ? new(version, bytes)
                : null;
    }
}

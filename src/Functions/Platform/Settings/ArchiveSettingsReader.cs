using System.Buffers.Text;
using IntegrationHub.Connectors.Settings;

namespace IntegrationHub.Functions.Platform.Settings;

/// <summary>Reads the section <c>Archive</c>.</summary>
internal static class ArchiveSettingsReader
{
    private const string Section = "Archive", KeysKey = "Archive:Keys";
    private const int SecretBytes = 32, LongestVersion = 8;

    public static ArchiveOptions Read(SettingsReader reader)
    {
        reader.OnlyKnown(Section, nameof(ArchiveOptions.Keys), nameof(ArchiveOptions.KeepFor));
        var standard = new ArchiveOptions { Keys = ReadKeys(reader) };
        return standard with
        {
            KeepFor = reader.Value<TimeSpan>(
                $"{Section}:{nameof(ArchiveOptions.KeepFor)}", standard.KeepFor,
                span => span >= TimeSpan.FromDays(1) && span.Ticks % TimeSpan.TicksPerDay == 0, "a number of whole days, at least 1", "30"),
        };
    }

    private static IReadOnlyList<ArchiveKey> ReadKeys(SettingsReader reader)
    {
        ArchiveKey?[] keys = [.. reader.List(KeysKey).Select(Parse)];
        if (keys.Length > 0 && keys.All(key => key is not null) && keys.DistinctBy(key => key!.Version).Count() == keys.Length)
        {
            return [.. keys.OfType<ArchiveKey>()];
        }

        reader.Fault(
            KeysKey,
            $"keys in Base64, newest first, each of {SecretBytes} bytes after a name of its own; `openssl rand -base64 32` makes one",
            "k1:dGhpcyBpcyBhbiBleGFtcGxlLCBub3QgYSBzZWNyZXQ=");

        // The start fails with the fault before anybody uses it.
        return [new("none", new byte[SecretBytes])];
    }

    private static ArchiveKey? Parse(string text) =>
        text.Split(':', 2) is [var name, var secret] && name.Length is > 0 and <= LongestVersion && name.All(char.IsAsciiLetterOrDigit)
            && Base64.IsValid(secret) && Convert.FromBase64String(secret) is { Length: SecretBytes } bytes
            ? new(name, bytes)
            : null;
}

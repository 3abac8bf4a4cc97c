using System.Text.RegularExpressions;

namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>Takes out of a text what names a person or opens a door: queries and ends of the hub's own addresses,
/// e-mail addresses, international phone numbers, tokens of links and signatures. Pure.</summary>
internal static partial class Redaction
{
    private const string Cut = "-";

    /// <summary>Returns the text without it; the same text when it holds nothing of the kind.</summary>
    public static string Of(string text)
    {
        var redacted = Query().Replace(text, "?" + Cut);
        redacted = Path().Replace(redacted, "$1/" + Cut);
        redacted = Address().Replace(redacted, Cut);
        redacted = Phone().Replace(redacted, Cut);
        return Secret().Replace(redacted, Cut);
    }

    /// <summary>A query, wherever its address begins.</summary>
    [GeneratedRegex("""\?[^\s"'<>?]*=[^\s"'<>]*""")]
    private static partial Regex Query();

    /// <summary>An address of the hub: what follows the kind of call may be an id, a token or a secret.</summary>
    [GeneratedRegex("""(/api/[A-Za-z]+)/[^\s"'<>]+""")]
    private static partial Regex Path();

    [GeneratedRegex("""[^\s@"'<>()\[\]{},;:=/?&]+(@|%40)[^\s@"'<>()\[\]{},;:=/?&]+\.[^\s@"'<>()\[\]{},;:=/?&]+""")]
    private static partial Regex Address();

    /// <summary>A number with its country. Others look like ids and times.</summary>
    [GeneratedRegex("""\+[1-9][0-9 ().\-]{6,}[0-9]""")]
    private static partial Regex Phone();

    /// <summary>A protected token, which begins like all of its kind, and a signature that names its
    /// algorithm.</summary>
    [GeneratedRegex("""CfDJ8[A-Za-z0-9_\-]{16,}|\b(?i:sha1|sha256|hmac|v1)=[A-Za-z0-9+/=_\-]{16,}""")]
    private static partial Regex Secret();
}

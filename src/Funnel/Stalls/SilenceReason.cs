using System.Text.RegularExpressions;

namespace IntegrationHub.Funnel;

/// <summary>The reason that a person gives for silence. It is mailed to both teams, and whoever holds a forwarded link
/// can write it: an address in it would be a link that the teams trust. Pure.</summary>
public static partial class SilenceReason
{
    private const string Instead = "(link left out)";

    /// <summary>Returns the reason as one line without addresses of pages; null when nothing is said.</summary>
    /// <param name="longest">The longest line in UTF-16 units.</param>
    public static string? Of(string? text, int longest) => OneLine.Of(text is null ? null : Link().Replace(text, Instead), longest);

    /// <summary>An address with a scheme, one that begins with www, or a host with a path.</summary>
    [GeneratedRegex(
        @"\b(?:[a-z][a-z0-9+.\-]*://\S+|mailto:\S+|www\.\S+|(?:[\w\-]+\.)+[a-z]{2,}/\S*)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Link();
}

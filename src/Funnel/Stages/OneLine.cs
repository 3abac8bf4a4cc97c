using System.Globalization;
using System.Text;

namespace IntegrationHub.Funnel;

/// <summary>Makes foreign text safe for one line of a mail or brief: no line breaks, control
/// characters or direction marks.</summary>
public static class OneLine
{
    /// <summary>Returns the text on one line with collapsed white space; null when nothing visible is left.</summary>
    /// <param name="longest">The longest result in UTF-16 units, including the ellipsis. Longer text is cut
    /// between two visible characters.</param>
    public static string? Of(string? text, int longest)
    {
        var clean = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            clean.Append(Rune.IsControl(rune) || Rune.IsWhiteSpace(rune) ? " " : IsInvisible(rune) ? "" : rune.ToString());
        }

        var line = string.Join(' ', clean.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return line.EnumerateRunes().All(IsBlank) ? null : Cut(line, longest);
    }

    private static string Cut(string line, int longest)
    {
        if (line.Length <= longest)
        {
            return line;
        }

        var cut = StringInfo.ParseCombiningCharacters(line).Last(start => start < longest);
        return line[..cut].TrimEnd() + "…";
    }

    /// <summary>Matches direction marks, zero-width spaces and annotation marks. Joiners, selectors and tags stay,
    /// because scripts and emoji need them.</summary>
    private static bool IsInvisible(Rune rune) =>
        rune.Value is 0x00AD or 0x061C or 0x180E or 0x200B or 0x200E or 0x200F or (
            >= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x206F) or 0xFEFF or (>= 0xFFF9 and <= 0xFFFB);

    /// <summary>Matches characters that show nothing by themselves.</summary>
    private static bool IsBlank(Rune rune) =>
        rune.Value is ' ' or 0x034F or 0x115F or 0x1160 or 0x200C or 0x200D or 0x3164 or 0xFFA0 or (>= 0xFE00 and <= 0xFE0F) or (
            >= 0xE0000 and <= 0xE0FFF);
}

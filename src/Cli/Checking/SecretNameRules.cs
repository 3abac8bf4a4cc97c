using System.Text.RegularExpressions;

namespace IntegrationHub.Cli.Checking;

/// <summary>Tells the name of a secret from a secret that stands where the name belongs.</summary>
internal static partial class SecretNameRules
{
    private const int ManyDigits = 6;
    private const int LongestWord = 20;

    /// <summary>Whether a text is likely a secret itself: it begins like a vendor's token, or is a long word of letters
    /// and digits that nobody would choose as a name.</summary>
    public static bool LooksLikeSecret(string text) =>
        Token().IsMatch(text) || text.Split('-').Any(IsRandom);

    private static bool IsRandom(string word) =>
        word.Length > LongestWord
            || (word.Length >= 2 * ManyDigits && word.Count(char.IsAsciiDigit) >= ManyDigits / 2 && word.Any(char.IsLetter));

    [GeneratedRegex("^(pat-(na|eu|ap)\\d|sk-|pk-|Bearer|eyJ|MII)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Token();
}

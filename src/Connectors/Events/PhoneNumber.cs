using System.Globalization;
using PhoneNumbers;

namespace IntegrationHub.Connectors.Events;

/// <summary>Normalises phone numbers for comparison. They are shown as written.</summary>
internal static class PhoneNumber
{
    private const int ShortestNumber = 5;

    /// <summary>Returns a number's form for comparison: E.164 with its extension, else its digits, else
    /// the text. Null for none.</summary>
    /// <param name="region">The country of numbers without a country code, two letters of ISO
    /// 3166; null when unknown.</param>
    public static string? Comparable(string? text, string? region)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var numbers = PhoneNumberUtil.GetInstance();
        try
        {
            var number = numbers.Parse(text, region);
            if (numbers.IsPossibleNumber(number))
            {
                return numbers.Format(number, PhoneNumberFormat.E164) + (number.HasExtension ? $";ext={number.Extension}" : "");
            }
        }
        catch (NumberParseException)
        {
            // Compared by its digits.
        }

        var digits = string.Concat(text.Where(char.IsDigit).Select(digit => CharUnicodeInfo.GetDecimalDigitValue(digit)));
        return digits.Length >= ShortestNumber ? digits : text.Trim();
    }

    /// <summary>Whether the library knows a country's numbers.</summary>
    public static bool IsRegion(string text) => PhoneNumberUtil.GetInstance().GetSupportedRegions().Contains(text);
}

using System.Globalization;
using PhoneNumbers;

namespace IntegrationHub.Connectors.Events;

/// <summary>Brings telephone numbers to the form in which they are compared. They are shown as they were written.</summary>
internal static class PhoneNumber
{
    private const int ShortestNumber = 5;

    /// <summary>
    /// The form in which a number is compared: E.164, with an extension behind it, where the number can be read; else its digits; else the text itself. Null for none.
    /// </summary>
    /// <param name="text">The number as written.</param>
    /// <param name="region">The country of numbers without a country code, ISO 3166 with two letters; null where none is known.</param>
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

    /// <summary>Whether a text names a country whose numbers can be read.</summary>
    public static bool IsRegion(string text) => PhoneNumberUtil.GetInstance().GetSupportedRegions().Contains(text);
}

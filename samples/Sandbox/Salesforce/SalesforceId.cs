using System.Diagnostics.CodeAnalysis;

namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>Ids of 15 characters where case matters, and of 18 where three more tell the case.</summary>
public static class SalesforceId
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Checks = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

    /// <summary>The id of a type's nth record.</summary>
    /// <param name="prefix">The three characters of the type, like <c>00Q</c>.</param>
    public static string New(string prefix, long number)
    {
        Span<char> tail = stackalloc char[8];
        for (var place = tail.Length - 1; place >= 0; place--)
        {
            tail[place] = Digits[(int)(number % Digits.Length)];
            number /= Digits.Length;
        }

        return To18($"{prefix}5g00{tail}");
    }

    /// <summary>Adds the three characters to an id of 15.</summary>
    public static string To18(string id15)
    {
        Span<char> check = stackalloc char[3];
        for (var chunk = 0; chunk < 3; chunk++)
        {
            var bits = 0;
            for (var place = 0; place < 5; place++)
            {
                bits |= char.IsAsciiLetterUpper(id15[(chunk * 5) + place]) ? 1 << place : 0;
            }

            check[chunk] = Checks[bits];
        }

        return $"{id15}{check}";
    }

    /// <summary>Reads an id of 15 or 18 characters; one of 18 must have the right check.</summary>
    public static bool TryNormalise(string? text, [NotNullWhen(true)] out string? id18)
    {
        id18 = text is { Length: 15 or 18 } && text.All(char.IsAsciiLetterOrDigit) ? To18(text[..15]) : null;
        if (text?.Length == 18 && !string.Equals(id18, text, StringComparison.OrdinalIgnoreCase))
        {
            id18 = null;
        }

        return id18 is not null;
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace IntegrationHub.Funnel;

/// <summary>Makes ids from causes, so that a repeat has the same id: 24 lower-case hexadecimal digits.</summary>
internal static class CauseId
{
    private const int Length = 24;

    /// <summary>Returns the id of the causes. Times are compared as instants.</summary>
    public static string Of(string what, params ReadOnlySpan<object?> causes)
    {
        var text = new StringBuilder(what);
        foreach (var cause in causes)
        {
            text.Append('|').Append(cause switch
            {
                DateTimeOffset time => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture),
                IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
                _ => cause?.ToString(),
            });
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..Length];
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace IntegrationHub.Funnel;

/// <summary>Ids made of their causes, so that a repeat has the same id: 24 lower-case hexadecimal digits.</summary>
internal static class CauseId
{
    private const int Length = 24;

    /// <summary>The id of what the named causes lead to. Times count as instants.</summary>
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

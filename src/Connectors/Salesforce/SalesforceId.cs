namespace IntegrationHub.Connectors.Salesforce;

/// <summary>Salesforce's record ids come with 15 characters, where case matters, or with 18, where the last three say which were upper case. The hub knows only the long form.</summary>
internal static class SalesforceId
{
    private const string CaseLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

    /// <summary>What ids of an object begin with.</summary>
    public const string LeadPrefix = "00Q", ContactPrefix = "003", UserPrefix = "005";

    /// <summary>Whether a text has the form of an id.</summary>
    public static bool IsId(string? text) => text is { Length: 15 or 18 } && text.All(char.IsAsciiLetterOrDigit);

    /// <summary>The 18-character form. What is no id comes back as it is.</summary>
    public static string Normalise(string id)
    {
        if (id.Length != 15 || !IsId(id))
        {
            return id;
        }

        Span<char> suffix = stackalloc char[3];
        for (var block = 0; block < 3; block++)
        {
            var bits = 0;
            for (var i = 0; i < 5; i++)
            {
                bits |= char.IsAsciiLetterUpper(id[(block * 5) + i]) ? 1 << i : 0;
            }

            suffix[block] = CaseLetters[bits];
        }

        return string.Concat(id, suffix);
    }
}

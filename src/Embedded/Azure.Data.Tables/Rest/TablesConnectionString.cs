namespace Azure.Data.Tables;

/// <summary>What a connection string says: where the account's tables are and how to be let in.</summary>
internal sealed record TablesConnectionString(Uri Endpoint, TableSharedKeyCredential? Key, AzureSasCredential? Sas)
{
    private const string DevelopmentAccount = "devstoreaccount1";

    // The emulator's account has one key, the same everywhere and published with it; it opens nothing else.
    private const string DevelopmentKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <exception cref="InvalidOperationException">The text names no account that can be reached.</exception>
    internal static TablesConnectionString Parse(string connectionString)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        var settings = Split(connectionString);
        if (settings.TryGetValue("UseDevelopmentStorage", out var development) && bool.TryParse(development, out var isDevelopment) && isDevelopment)
        {
            var host = settings.TryGetValue("DevelopmentStorageProxyUri", out var proxy) ? new Uri(proxy).GetLeftPart(UriPartial.Scheme) + new Uri(proxy).Host : "http://127.0.0.1";
            return new(new($"{host}:10002/{DevelopmentAccount}"), new(DevelopmentAccount, DevelopmentKey), null);
        }

        settings.TryGetValue("AccountName", out var account);
        settings.TryGetValue("AccountKey", out var key);
        settings.TryGetValue("SharedAccessSignature", out var sas);
        var endpoint = FindEndpoint(settings, account);
        return (account, key, sas) switch
        {
            (not null, not null, _) => new(endpoint, new(account, key), null),
            (_, _, not null) => new(endpoint, null, new(sas)),
            _ => throw new InvalidOperationException(
                "No valid combination of account information found: a connection string needs AccountName and AccountKey, or a SharedAccessSignature."),
        };
    }

    private static Uri FindEndpoint(Dictionary<string, string> settings, string? account)
    {
        if (settings.TryGetValue("TableEndpoint", out var endpoint))
        {
            return Uri.TryCreate(endpoint, UriKind.Absolute, out var uri)
                ? uri
                : throw new InvalidOperationException("No valid combination of account information found: TableEndpoint is not an absolute address.");
        }

        return account is null
            ? throw new InvalidOperationException("No valid combination of account information found: a connection string needs AccountName or TableEndpoint.")
            : new($"{settings.GetValueOrDefault("DefaultEndpointsProtocol", "https")}://{account}.table.{settings.GetValueOrDefault("EndpointSuffix", "core.windows.net")}");
    }

    private static Dictionary<string, string> Split(string connectionString)
    {
        Dictionary<string, string> settings = new(StringComparer.OrdinalIgnoreCase);
        foreach (var segment in connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = segment.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !settings.TryAdd(segment[..equals].Trim(), segment[(equals + 1)..].Trim()))
            {
                throw new InvalidOperationException("Connection string parsing error: each setting is written once, as name=value, and ends with a semicolon.");
            }
        }

        return settings;
    }
}

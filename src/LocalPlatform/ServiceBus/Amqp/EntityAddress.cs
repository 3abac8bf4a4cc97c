namespace IntegrationHub.LocalPlatform.ServiceBus.Amqp;

/// <summary>
/// Addresses of links: the path of an entity, percent-encoded, with or without a slash or a scheme and host before it.
/// </summary>
internal static class EntityAddress
{
    /// <summary>Returns the path alone; empty when there is no address.</summary>
    public static string PathOf(string? address)
    {
        if (string.IsNullOrEmpty(address))
        {
            return "";
        }

        var path = address.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(address, UriKind.Absolute, out var uri)
            ? uri.AbsolutePath
            : address;
        return Uri.UnescapeDataString(path).Trim('/');
    }
}

/// <summary>Which node of requests and answers an address names.</summary>
/// <param name="Entity">The entity that a management node belongs to; null for the node of claims.</param>
internal readonly record struct NodeAddress(string? Entity)
{
    private const string Claims = "$cbs";
    private const string Management = "/$management";

    public static bool TryParse(string path, out NodeAddress node)
    {
        var isClaims = path.Equals(Claims, StringComparison.OrdinalIgnoreCase);
        var isManagement = path.EndsWith(Management, StringComparison.OrdinalIgnoreCase);
        node = new(isManagement ? path[..^Management.Length] : null);
        return isClaims || isManagement;
    }
}

namespace IntegrationHub.Connectors.Salesforce;

/// <summary>The API's address and the hub's user, as of the last sign-in.</summary>
internal sealed class SalesforceSession(Uri loginUrl, string organizationId)
{
    private static readonly string[] Domains = [".salesforce.com", ".force.com"];

    private volatile Place _place = new(loginUrl.OriginalString.TrimEnd('/'), null);

    /// <summary>Gets the API's address without a trailing slash. Before the first
    /// sign-in it is the login host.</summary>
    public string InstanceUrl => _place.InstanceUrl;

    /// <summary>Gets the id of the hub's user; null when unknown.</summary>
    public string? UserId => _place.UserId;

    /// <summary>Stores a sign-in's answer, unless it is from another organisation or names an address that is not
    /// Salesforce's: every later call would carry the token there.</summary>
    /// <returns>The code of what is wrong, and nothing is stored; null when it is stored.</returns>
    public string? Store(SalesforceTokenWire token)
    {
        // The id is https://…/id/{organisation}/{user}.
        string?[] parts = token.Id?.TrimEnd('/').Split('/') ?? [];
        if (parts is [.., { } organization, _] && SalesforceId.IsId(organization) && SalesforceId.Normalise(organization) != organizationId)
        {
            return "another_organization";
        }

        var instance = Uri.TryCreate(token.InstanceUrl, UriKind.Absolute, out var named) ? named : loginUrl;
        if (!MayBeCalled(instance))
        {
            return "foreign_instance_url";
        }

        var user = parts.LastOrDefault();
        _place = new(instance.OriginalString.TrimEnd('/'), SalesforceId.IsId(user) ? SalesforceId.Normalise(user!) : null);
        return null;
    }

    /// <summary>Whether an address is Salesforce's, or on the configured host.</summary>
    private bool MayBeCalled(Uri instance) =>
        (instance.Scheme, instance.Host) == (loginUrl.Scheme, loginUrl.Host)
            || (instance.Scheme == Uri.UriSchemeHttps
                && Domains.Any(domain => instance.Host.EndsWith(domain, StringComparison.OrdinalIgnoreCase)));

    private sealed record Place(string InstanceUrl, string? UserId);
}

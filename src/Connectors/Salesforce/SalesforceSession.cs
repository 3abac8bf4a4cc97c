namespace IntegrationHub.Connectors.Salesforce;

/// <summary>The API's address and the hub's user, as of the last sign-in.</summary>
internal sealed class SalesforceSession(Uri loginUrl, string organizationId)
{
    private volatile Place _place = new(loginUrl.OriginalString.TrimEnd('/'), null);

    /// <summary>Gets the API's address without a trailing slash. Before the first
    /// sign-in it is the login host.</summary>
    public string InstanceUrl => _place.InstanceUrl;

    /// <summary>Gets the id of the hub's user; null when unknown.</summary>
    public string? UserId => _place.UserId;

    /// <summary>Stores a sign-in's answer.</summary>
    /// <returns>False when it names another organisation; nothing is stored.</returns>
    public bool TryStore(SalesforceTokenWire token)
    {
        // The id is https://…/id/{organisation}/{user}.
        string?[] parts = token.Id?.TrimEnd('/').Split('/') ?? [];
        var user = parts.LastOrDefault();
        if (parts is [.., { } named, _] && SalesforceId.IsId(named) && SalesforceId.Normalise(named) != organizationId)
        {
            return false;
        }

        _place = new(
            Uri.TryCreate(token.InstanceUrl, UriKind.Absolute, out _)
                ? token.InstanceUrl.TrimEnd('/') : loginUrl.OriginalString.TrimEnd('/'),
            SalesforceId.IsId(user) ? SalesforceId.Normalise(user!) : null);
        return true;
    }

    private sealed record Place(string InstanceUrl, string? UserId);
}

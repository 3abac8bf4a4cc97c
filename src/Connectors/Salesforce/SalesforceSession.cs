namespace IntegrationHub.Connectors.Salesforce;

/// <summary>What the last sign-in told beside the token: where the organisation's API is, and as whom the hub acts there.</summary>
internal sealed class SalesforceSession(Uri loginUrl)
{
    private volatile Place _place = new(loginUrl.OriginalString.TrimEnd('/'), null);

    /// <summary>Gets the API's address, without a slash at its end. Before the first sign-in it is the login host.</summary>
    public string InstanceUrl => _place.InstanceUrl;

    /// <summary>Gets the id of the user the hub acts as; null where it is not known.</summary>
    public string? UserId => _place.UserId;

    /// <summary>Takes a sign-in's answer.</summary>
    public void Enter(SalesforceTokenWire token)
    {
        var user = token.Id?.TrimEnd('/').Split('/')[^1];
        _place = new(
            Uri.TryCreate(token.InstanceUrl, UriKind.Absolute, out _) ? token.InstanceUrl.TrimEnd('/') : loginUrl.OriginalString.TrimEnd('/'),
            SalesforceId.IsId(user) ? SalesforceId.Normalise(user!) : null);
    }

    private sealed record Place(string InstanceUrl, string? UserId);
}

using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.Klaviyo;

/// <summary>Calls one Klaviyo account.</summary>
internal sealed class KlaviyoClient(IKlaviyoApi api, VendorCalls calls)
{
    /// <summary>Reads a profile's attributes; undefined when it does not exist.</summary>
    public async Task<JsonElement> ProfileAsync(string id, CancellationToken cancellationToken)
    {
        var found = await calls.FindAsync(() => api.ProfileAsync(id, "subscriptions", cancellationToken));
        return found.Member("data").Member("attributes");
    }

    /// <summary>Writes fields of a profile. A null clears a field.</summary>
    public Task WriteAsync(string id, IReadOnlyDictionary<string, object> attributes, CancellationToken cancellationToken) =>
        calls.RunAsync(() => api.ImportAsync(new(new(id, attributes)), repeatable: true, cancellationToken));

    /// <summary>Starts a job that erases a profile for privacy. A no-op for one that is gone.</summary>
    public Task EraseAsync(string id, CancellationToken cancellationToken) =>
        calls.FindAsync(() => api.EraseAsync(new(new(new(new(new(id))))), repeatable: true, cancellationToken));

    /// <summary>Opts an address out of marketing mail, or in again.</summary>
    public Task WriteConsentAsync(string email, bool optedOut, CancellationToken cancellationToken)
    {
        var consent = new KlaviyoSubscriptions(new(new(optedOut ? "UNSUBSCRIBED" : "SUBSCRIBED")));
        var attributes = new KlaviyoJobAttributes(new([new(new(email, consent))]));
        return calls.RunAsync(() => optedOut
            ? api.UnsubscribeAsync(new(new("profile-subscription-bulk-delete-job", attributes)), repeatable: true, cancellationToken)
            : api.SubscribeAsync(new(new("profile-subscription-bulk-create-job", attributes)), repeatable: true, cancellationToken));
    }
}

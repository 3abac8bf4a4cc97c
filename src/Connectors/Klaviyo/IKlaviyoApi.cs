using System.Text.Json;
using IntegrationHub.Connectors.Http;
using Refit;

namespace IntegrationHub.Connectors.Klaviyo;

/// <summary>The hub's calls. All writes are upserts or jobs about one profile, so each may be repeated. Klaviyo refuses a call
/// without a revision. https://developers.klaviyo.com/en/reference</summary>
[Headers("revision: 2026-07-15", "Accept: application/vnd.api+json")]
internal interface IKlaviyoApi
{
    /// <summary>Reads a profile with its consent.</summary>
    [Get("/api/profiles/{id}")]
    Task<IApiResponse<JsonElement>> ProfileAsync(
        string id, [AliasAs("additional-fields[profile]")] string fields, CancellationToken cancellationToken);

    /// <summary>Creates or updates a profile.</summary>
    [Post("/api/profile-import")]
    Task<string> ImportAsync(
        [Body] KlaviyoDocument<KlaviyoProfile> profile, [Property(HttpResilience.Idempotent)] bool repeatable,
        CancellationToken cancellationToken);

    /// <summary>Starts a job that erases a profile for privacy. The form of the body is unconfirmed: a wrong one is refused.</summary>
    [Post("/api/data-privacy-deletion-jobs")]
    Task<IApiResponse<string>> EraseAsync(
        [Body] KlaviyoDocument<KlaviyoErasure> job, [Property(HttpResilience.Idempotent)] bool repeatable,
        CancellationToken cancellationToken);

    /// <summary>Opts profiles in. The path is Klaviyo's; that it needs no list is unconfirmed.</summary>
    [Post("/api/profile-subscription-bulk-create-jobs")]
    Task<string> SubscribeAsync(
        [Body] KlaviyoDocument<KlaviyoJob> job, [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);

    /// <summary>Opts profiles out. The path is unconfirmed: a wrong one is refused with 404.</summary>
    [Post("/api/profile-subscription-bulk-delete-jobs")]
    Task<string> UnsubscribeAsync(
        [Body] KlaviyoDocument<KlaviyoJob> job, [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);
}

using IntegrationHub.Connectors.Http;
using Refit;

namespace IntegrationHub.Connectors.CustomerIo;

/// <summary>The hub's writes, by the Track API. A write sets attributes, so it may be repeated.
/// https://docs.customer.io/integrations/api/track/</summary>
internal interface ICustomerIoApi
{
    /// <summary>Creates or updates a person.</summary>
    [Put("/api/v1/customers/{id}")]
    Task<string> WriteAsync(
        string id, [Body] IReadOnlyDictionary<string, object> attributes, [Property(HttpResilience.Idempotent)] bool repeatable,
        CancellationToken cancellationToken);

    /// <summary>Deletes a person.</summary>
    [Delete("/api/v1/customers/{id}")]
    Task<IApiResponse<string>> DeleteAsync(string id, CancellationToken cancellationToken);

    /// <summary>Keeps a person from being added again.</summary>
    [Post("/api/v1/customers/{id}/suppress")]
    Task<IApiResponse<string>> SuppressAsync(
        string id, [Property(HttpResilience.Idempotent)] bool repeatable, CancellationToken cancellationToken);
}

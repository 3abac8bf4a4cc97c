using System.Text.Json;
using Refit;

namespace IntegrationHub.Connectors.CustomerIo;

/// <summary>The hub's reads, by the App API. https://docs.customer.io/integrations/api/app/</summary>
internal interface ICustomerIoAppApi
{
    /// <summary>Reads a person's attributes.</summary>
    [Get("/v1/customers/{id}/attributes")]
    Task<IApiResponse<JsonElement>> AttributesAsync(
        string id, [AliasAs("id_type")] string idType, CancellationToken cancellationToken);
}

using IntegrationHub.Connectors.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Webhooks;

/// <summary>Takes a tool's webhook and answers once it is safely queued.</summary>
public sealed class ReceiveWebhookFunction(WebhookReceiver receiver, ConnectorSet connectors)
{
    /// <summary>Answers a webhook by what became of it; GET and HEAD are the vendor's handshake.</summary>
    [Function("ReceiveWebhook")]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", Route = "webhooks/{connector}/{*channel}")] HttpRequest request,
        string connector,
        string? channel,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!HttpMethods.IsPost(request.Method))
        {
            return WebhookAnswers.ToHandshake(connectors, connector, request);
        }

        return WebhookAnswers.To(await receiver.TakeAsync(connector, channel ?? "", request, cancellationToken), request.HttpContext);
    }
}

using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Webhooks;

/// <summary>Receives a tool's webhook and answers once it is queued.</summary>
internal sealed class ReceiveWebhookFunction(WebhookReceiver receiver, ConnectorSet connectors)
{
    /// <summary>Answers a webhook by its outcome. GET and HEAD are the vendor's handshake.</summary>
    [Function("ReceiveWebhook")]
    [NeedsNothing("a connector checks the signature of each delivery")]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", Route = "webhooks/{connector}/{*channel}")] HttpRequest request,
        string connector,
        string? channel,
        CancellationToken cancellationToken)
    {
        if (!HttpMethods.IsPost(request.Method))
        {
            return WebhookAnswers.ToHandshake(connectors, connector, request);
        }

        return WebhookAnswers.To(await receiver.ReceiveAsync(connector, channel ?? "", request, cancellationToken), request.HttpContext);
    }
}

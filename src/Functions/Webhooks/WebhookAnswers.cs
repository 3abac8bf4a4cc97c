using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace IntegrationHub.Functions.Webhooks;

/// <summary>HTTP answers to webhooks.</summary>
internal static class WebhookAnswers
{
    private const string RetryAfterSeconds = "30";

    /// <summary>Answers a delivery.</summary>
    public static IActionResult To(ReceiveResult received, HttpContext context)
    {
        switch (received.Outcome)
        {
            case ReceiveOutcome.Queued or ReceiveOutcome.Spooled or ReceiveOutcome.Repeated or ReceiveOutcome.NotOurs:
                return received.Reply is { } reply
                    ? new ContentResult { StatusCode = reply.Status, ContentType = reply.ContentType, Content = reply.Body }
                    : new AcceptedResult((string?)null, new { accepted = received.Events });
            case ReceiveOutcome.Unverified:
                return Answers.Problem(StatusCodes.Status401Unauthorized, "The delivery could not be verified.", received.Reason);
            case ReceiveOutcome.Malformed:
                return Answers.Problem(StatusCodes.Status400BadRequest, "The delivery cannot be read.", received.Reason);
            case ReceiveOutcome.TooSlow:
                return Answers.Problem(StatusCodes.Status408RequestTimeout, "The delivery did not arrive in time.", received.Reason);
            case ReceiveOutcome.UnknownConnector:
                return Answers.Problem(StatusCodes.Status404NotFound, "Unknown connector.", received.Reason);
            case ReceiveOutcome.TooLarge:
                return Answers.Problem(StatusCodes.Status413PayloadTooLarge, "The delivery is too large.", received.Reason);
            case ReceiveOutcome.Unavailable:
                context.Response.Headers.RetryAfter = RetryAfterSeconds;
                return Answers.Problem(
                    StatusCodes.Status503ServiceUnavailable, "The hub cannot take deliveries just now.", received.Reason);
            default:
                throw new InvalidOperationException($"Unknown outcome {received.Outcome}.");
        }
    }

    /// <summary>Answers a GET or HEAD: the vendor's handshake when it has one, else 405.</summary>
    public static IActionResult ToHandshake(ConnectorSet connectors, string connector, HttpRequest request)
    {
        if (connectors.Find<IWebhookSource>(connector) is not { } source)
        {
            return Answers.Problem(StatusCodes.Status404NotFound, "Unknown connector.", $"No connector '{connector}' takes webhooks here.");
        }

        if (source.Handshake(request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString())) is { } reply)
        {
            return new ContentResult { StatusCode = reply.Status, ContentType = reply.ContentType, Content = reply.Body };
        }

        request.HttpContext.Response.Headers.Allow = "POST";
        return Answers.Problem(
            StatusCodes.Status405MethodNotAllowed, "Webhooks are posted.", $"{source.Type} has no handshake; send POST.");
    }
}

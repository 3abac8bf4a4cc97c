using IntegrationHub.Connectors.Common;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace IntegrationHub.Functions.Inbound;

/// <summary>The HTTP answers to webhooks.</summary>
public static class WebhookAnswers
{
    private const string RetryAfterSeconds = "30";

    /// <summary>The answer to a delivery.</summary>
    public static IActionResult To(Intake intake, HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(intake);
        ArgumentNullException.ThrowIfNull(context);
        switch (intake.Outcome)
        {
            case IntakeOutcome.Queued or IntakeOutcome.Spooled:
                return intake.Reply is { } reply
                    ? new ContentResult { StatusCode = reply.Status, ContentType = reply.ContentType, Content = reply.Body }
                    : new AcceptedResult((string?)null, new { accepted = intake.Events });
            case IntakeOutcome.Unverified:
                return Problem(StatusCodes.Status401Unauthorized, "The delivery could not be verified.", intake.Reason);
            case IntakeOutcome.Malformed:
                return Problem(StatusCodes.Status400BadRequest, "The delivery cannot be read.", intake.Reason);
            case IntakeOutcome.TooSlow:
                return Problem(StatusCodes.Status408RequestTimeout, "The delivery did not arrive in time.", intake.Reason);
            case IntakeOutcome.UnknownConnector:
                return Problem(StatusCodes.Status404NotFound, "Unknown connector.", intake.Reason);
            case IntakeOutcome.TooLarge:
                return Problem(StatusCodes.Status413PayloadTooLarge, "The delivery is too large.", intake.Reason);
            case IntakeOutcome.Unavailable:
                context.Response.Headers.RetryAfter = RetryAfterSeconds;
                return Problem(StatusCodes.Status503ServiceUnavailable, "The hub cannot take deliveries just now.", intake.Reason);
            default:
                throw new InvalidOperationException($"Unknown outcome {intake.Outcome}.");
        }
    }

    /// <summary>The answer to a GET or HEAD: the vendor's handshake where it has one, else 405.</summary>
    public static IActionResult ToHandshake(ConnectorSet connectors, string connector, HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(connectors);
        ArgumentNullException.ThrowIfNull(request);
        if (connectors.Find<IWebhookSource>(connector) is not { } source)
        {
            return Problem(StatusCodes.Status404NotFound, "Unknown connector.", $"No connector '{connector}' takes webhooks here.");
        }

        if (source.Handshake(request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString())) is { } reply)
        {
            return new ContentResult { StatusCode = reply.Status, ContentType = reply.ContentType, Content = reply.Body };
        }

        request.HttpContext.Response.Headers.Allow = "POST";
        return Problem(StatusCodes.Status405MethodNotAllowed, "Webhooks are posted.", $"{source.Type} has no handshake; send POST.");
    }

    private static ObjectResult Problem(int status, string title, string detail) =>
        new(new ProblemDetails { Status = status, Title = title, Detail = detail }) { StatusCode = status, ContentTypes = { "application/problem+json" } };
}

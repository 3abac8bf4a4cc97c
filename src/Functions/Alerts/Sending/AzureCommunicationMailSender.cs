using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using Polly;
using Polly.Timeout;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Sends mail through the REST API of Azure Communication Services, as a managed identity. The operation id
/// derives from the message id, so the service recognises a repeat. An accepted mail is polled for a short while,
/// because a refusal shows only then.</summary>
internal sealed class AzureCommunicationMailSender : IMailSender
{
    private const string ApiVersion = "2023-03-31";
    private const string Scope = "https://communication.azure.com/.default";
    private const string Succeeded = "Succeeded";
    private const int MostPolls = 5;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly Uri _endpoint;
    private readonly string _from;
    private readonly TimeProvider _clock;
    private readonly HttpPipeline _pipeline;
    private readonly ResiliencePipeline _timeout;

    /// <summary>Creates the sender.</summary>
    /// <param name="transport">The transport; null for the default.</param>
    public AzureCommunicationMailSender(
        MailOptions options, TokenCredential credential, HttpPipelineTransport? transport, TimeProvider clock)
    {
        _endpoint = options.AzureCommunication?.Endpoint
            ?? throw new ArgumentException("Mail:AzureCommunication:Endpoint is not set.", nameof(options));
        (_from, _clock, _timeout) = (options.From, clock, HubPipelines.Timeout(Timeout, clock));

        // No retry here: a failed mail waits in the mailbox for the timer.
        var clientOptions = new Options { Retry = { MaxRetries = 0 } };
        clientOptions.Transport = transport ?? clientOptions.Transport;
        _pipeline = HttpPipelineBuilder.Build(clientOptions, new BearerTokenAuthenticationPolicy(credential, Scope));
    }

    /// <inheritdoc/>
    public async Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        try
        {
            await _timeout.ExecuteAsync(async token => await FollowAsync(await PostAsync(mail, token), token), cancellationToken);
        }
        catch (TimeoutRejectedException)
        {
            throw new MailUnavailableException(_endpoint.Host, $"no answer within {Timeout.TotalSeconds:0} s.") { MayHaveTaken = true };
        }
        catch (RequestFailedException failure) when (failure.Status == 0)
        {
            throw new MailUnavailableException(_endpoint.Host, "the connection failed.") { MayHaveTaken = true };
        }
        catch (Azure.Identity.AuthenticationFailedException)
        {
            throw new MailUnavailableException(_endpoint.Host, "the managed identity gets no token. See Mail:AzureCommunication:ClientId.");
        }
    }

    /// <summary>Returns the operation id of a mail, which makes a second request idempotent.</summary>
    internal static Guid OperationIdOf(string messageId) => new(SHA256.HashData(Encoding.UTF8.GetBytes(messageId)).AsSpan(0, 16));

    private async Task<Operation> PostAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        var operationId = OperationIdOf(mail.MessageId).ToString();
        using var message = _pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Post;
        message.Request.Uri.Reset(Address("emails:send"));
        message.Request.Headers.Add("Operation-Id", operationId);
        message.Request.Headers.Add("Content-Type", "application/json");
        message.Request.Content = RequestContent.Create(BinaryData.FromObjectAsJson(ToWire(mail), HubJson.Options));
        await _pipeline.SendAsync(message, cancellationToken);
        return message.Response.Status switch
        {
            202 => new(operationId, WaitOf(message.Response)),

            // The service has this mail already.
            409 => new(operationId, TimeSpan.Zero),
            var status => throw Translate(status, message.Response),
        };
    }

    /// <summary>Polls the result as often as the service asks, within a limit. A mail that is still in progress
    /// then counts as accepted.</summary>
    private async Task FollowAsync(Operation operation, CancellationToken cancellationToken)
    {
        var wait = operation.Wait;
        for (var poll = 0; poll < MostPolls; poll++)
        {
            await Task.Delay(wait, _clock, cancellationToken);
            using var message = _pipeline.CreateMessage();
            message.Request.Method = RequestMethod.Get;
            message.Request.Uri.Reset(Address($"emails/operations/{operation.Id}"));
            await _pipeline.SendAsync(message, cancellationToken);
            if (message.Response.Status != 200)
            {
                // The mail was accepted; a failure to poll it must not send it again.
                return;
            }

            var result = message.Response.Content.ToObjectFromJson<SendResult>(HubJson.Options);
            switch (result?.Status)
            {
                case Succeeded:
                    return;
                case "Failed" or "Canceled":
                    throw new MailRefusedException(_endpoint.Host, result.Error?.Code ?? result.Status);
                default:
                    wait = WaitOf(message.Response);
                    break;
            }
        }
    }

    private Uri Address(string path) => new(_endpoint, $"/{path}?api-version={ApiVersion}");

    private object ToWire(OutgoingMail mail) => new
    {
        headers = new Dictionary<string, string>
        {
            ["Message-ID"] = mail.MessageId,
            ["In-Reply-To"] = mail.ThreadId,
            ["References"] = mail.ThreadId,
            ["Auto-Submitted"] = "auto-generated",
        },
        senderAddress = _from,
        content = new { subject = mail.Subject, plainText = mail.Text, html = mail.Html },
        recipients = new { to = mail.Recipients.Select(address => new { address }).ToArray() },
        userEngagementTrackingDisabled = true,
    };

    /// <summary>Translates a status. Faults that settings or rights can mend make the mail wait; only a
    /// faulty mail is refused.</summary>
    private Exception Translate(int status, Response response)
    {
        var code = response.Headers.TryGetValue("x-ms-error-code", out var given) ? $"{status} ({given})" : $"{status}";
        return status switch
        {
            400 or 413 or 422 => new MailRefusedException(_endpoint.Host, code),
            401 or 403 => new MailUnavailableException(_endpoint.Host, $"{code}. The managed identity needs the right to send mail on it."),
            404 =>
                new MailUnavailableException(
                    _endpoint.Host, $"{code}. Check Mail:AzureCommunication:Endpoint, and that the domain of Mail:From is linked to it."),
            429 or 503 =>
                new MailUnavailableException(_endpoint.Host, $"{code}.") { RetryAfter = GivenWait(response) ?? TimeSpan.FromMinutes(1) },
            _ => new MailUnavailableException(_endpoint.Host, $"{code}."),
        };
    }

    private TimeSpan WaitOf(Response response) =>
        GivenWait(response) is { } wait ? (wait < LongestWait ? wait : LongestWait) : TimeSpan.FromSeconds(1);

    /// <summary>Reads the header as seconds or as a date.</summary>
    private TimeSpan? GivenWait(Response response) =>
        !response.Headers.TryGetValue("Retry-After", out var text) ? null
        : int.TryParse(text, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds)
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var date)
            ? (date > _clock.GetUtcNow() ? date - _clock.GetUtcNow() : TimeSpan.Zero)
        : null;

    private sealed class Options : ClientOptions;

    private sealed record Operation(string Id, TimeSpan Wait);

    private sealed record SendResult(string Status, SendError? Error);

    private sealed record SendError(string? Code);
}

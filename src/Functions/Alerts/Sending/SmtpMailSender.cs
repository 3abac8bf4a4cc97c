using System.Net.Sockets;
using IntegrationHub.Functions.Platform;
using IntegrationHub.Functions.Platform.Settings;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Logging;
using MimeKit;
using Polly;
using Polly.Timeout;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Hands mail to the server of the section <c>Mail:Smtp</c>; without one nothing is sent.</summary>
public sealed partial class SmtpMailSender(MailOptions options, TimeProvider clock, ILogger<SmtpMailSender> logger) : IMailSender
{
    /// <summary>Well inside the claim on the mailbox that the mail comes from.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly ResiliencePipeline _timeout = HubPipelines.Timeout(Timeout, clock);

    /// <inheritdoc/>
    public async Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(mail);
        var server = options.Smtp ?? throw new MailUnavailableException("(none)", "neither Mail:Smtp:Host nor Mail:AzureCommunication:Endpoint is set.");
        using var message = ToMessage(mail, options.From);
        using var client = new Client();
        var handedOver = false;
        try
        {
            await _timeout.ExecuteAsync(
                async token =>
                {
                    await ConnectAsync(client, server, token);
                    handedOver = true;
                    await client.SendAsync(message, token);
                },
                cancellationToken);
        }
        catch (TimeoutRejectedException)
        {
            throw new MailUnavailableException(server.Host, $"no answer within {Timeout.TotalSeconds:0} s.") { MayHaveTaken = handedOver };
        }
        catch (Exception failure) when (Translate(server.Host, failure, handedOver) is { } ours)
        {
            throw ours;
        }

        if (client.Refused.Count > 0)
        {
            Log.SomeRefused(logger, mail.MessageId, client.Refused.Count, mail.Recipients.Count);
        }
    }

    /// <summary>The mail as MIME: plain text first, HTML as the better alternative.</summary>
    internal static MimeMessage ToMessage(OutgoingMail mail, string from)
    {
        var body = new BodyBuilder { TextBody = mail.Text, HtmlBody = mail.Html };
        var message = new MimeMessage { Subject = mail.Subject, Body = body.ToMessageBody() };
        message.From.Add(new MailboxAddress(null, from));
        message.To.AddRange(mail.Recipients.Select(recipient => new MailboxAddress(null, recipient)));
        message.Headers[HeaderId.MessageId] = mail.MessageId;
        message.Headers[HeaderId.InReplyTo] = mail.ThreadId;
        message.Headers[HeaderId.References] = mail.ThreadId;
        message.Headers[HeaderId.AutoSubmitted] = "auto-generated";
        return message;
    }

    /// <summary>Makes ours of the library's exception, which holds addresses and answers.</summary>
    /// <param name="server">The server's name.</param>
    /// <param name="failure">What went wrong.</param>
    /// <param name="handedOver">Whether the mail may have been on its way to the server when it did.</param>
    /// <returns>Null for a failure that is not the server's.</returns>
    internal static Exception? Translate(string server, Exception failure, bool handedOver) => failure switch
    {
        // Wrong credentials and a missing STARTTLS are mended in the settings, and the mail is as good as before.
        SmtpCommandException { StatusCode: var status and >= (SmtpStatusCode)500 } when (int)status is not (530 or 534 or 535 or 538) =>
            new MailRefusedException(server, $"{(int)status} ({status})"),
        SmtpCommandException { StatusCode: var status } => new MailUnavailableException(server, $"{(int)status} ({status})."),
        AuthenticationException => new MailUnavailableException(server, "the login is not accepted. Check Mail:Smtp:User and Mail:Smtp:Password."),
        SslHandshakeException => new MailUnavailableException(server, "its certificate is not trusted."),
        NotSupportedException => new MailUnavailableException(server, "it offers no STARTTLS, or no login. Check Mail:Smtp:StartTls and Mail:Smtp:User."),
        SocketException socket => new MailUnavailableException(server, $"{socket.SocketErrorCode}.") { MayHaveTaken = handedOver },
        IOException or ProtocolException => new MailUnavailableException(server, "the connection failed.") { MayHaveTaken = handedOver },
        _ => null,
    };

    private static async Task ConnectAsync(Client client, SmtpOptions server, CancellationToken cancellationToken)
    {
        var security = server.StartTls ? SecureSocketOptions.StartTls : SecureSocketOptions.None;
        await client.ConnectAsync(server.Host, server.Port, security, cancellationToken);
        if (server.User is { } user)
        {
            await client.AuthenticateAsync(user, server.Password ?? "", cancellationToken);
        }
    }

    /// <summary>Goes on where a recipient is refused, as long as one is left.</summary>
    private sealed class Client : SmtpClient
    {
        public List<SmtpStatusCode> Refused { get; } = [];

        protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) => Refused.Add(response.StatusCode);

        /// <summary>
        /// Of several answers the lowest counts: what is to be tried later for one of them is to be tried later.
        /// </summary>
        protected override void OnNoRecipientsAccepted(MimeMessage message) =>
            throw new SmtpCommandException(SmtpErrorCode.RecipientNotAccepted, Refused.Min(), "No recipient was accepted.");
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Mail {MessageId} was refused for {Refused} of its {Recipients} recipients. Check the settings Teams:*:Recipients.")]
        public static partial void SomeRefused(ILogger logger, string messageId, int refused, int recipients);
    }
}

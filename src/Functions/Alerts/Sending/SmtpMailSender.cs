using System.Net.Security;
using System.Net.Sockets;
using IntegrationHub.Functions.Platform.Settings;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Logging;
using MimeKit;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Sends mail through the server of <c>Mail:Smtp</c>.</summary>
internal sealed partial class SmtpMailSender(MailOptions options, TimeProvider clock, ILogger<SmtpMailSender> logger) : IMailSender
{
    /// <summary>Well inside the claim on the mailbox.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>Gets the check of the server's certificate; null for the default.</summary>
    internal RemoteCertificateValidationCallback? CertificateCheck { get; init; }

    /// <inheritdoc/>
    public async Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        var server = options.Smtp
            ?? throw new MailUnavailableException("(none)", "neither Mail:Smtp:Host nor Mail:AzureCommunication:Endpoint is set.");
        using var timeout = new CancellationTokenSource(Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var client = new Client { ServerCertificateValidationCallback = CertificateCheck };
        using var message = ToMessage(mail, options.From);
        try
        {
            await SignInAsync(client, server, either.Token);
            await client.SendAsync(message, either.Token, client);
            await client.DisconnectAsync(quit: true, either.Token);
        }
        catch (Exception) when (client.Taken)
        {
            // The server has the mail; the end of the connection does not matter.
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && Translate(server.Host, failure, client) is { } ours)
        {
            throw ours;
        }

        if (client.Refused.Count > 0)
        {
            Log.SomeRefused(logger, mail.MessageId, client.Refused.Count, mail.Recipients.Count);
        }
    }

    /// <summary>Translates the server's status. The library's exceptions hold addresses
    /// and are not passed on.</summary>
    internal static Exception Translate(string server, SmtpStatusCode status) => (int)status switch
    {
        // Settings mend wrong credentials and a missing STARTTLS, so the mail itself is fine.
        >= 500 and not (530 or 534 or 535 or 538) => new MailRefusedException(server, $"{(int)status} ({status})"),
        _ => new MailUnavailableException(server, $"{(int)status} ({status})."),
    };

    private static async Task SignInAsync(SmtpClient client, SmtpOptions server, CancellationToken cancellationToken)
    {
        var security = server.StartTls ? SecureSocketOptions.StartTls : SecureSocketOptions.None;
        await client.ConnectAsync(server.Host, server.Port, security, cancellationToken);
        if (server.User is { } user)
        {
            await client.AuthenticateAsync(user, server.Password ?? "", cancellationToken);
        }
    }

    /// <summary>Converts the mail to MIME: plain text first, HTML as the better alternative.</summary>
    private static MimeMessage ToMessage(OutgoingMail mail, string from)
    {
        var message = new MimeMessage
        {
            Subject = mail.Subject,
            Body = new BodyBuilder { TextBody = mail.Text, HtmlBody = mail.Html }.ToMessageBody(),
        };
        message.From.Add(new MailboxAddress("", from));
        message.To.AddRange(mail.Recipients.Select(recipient => new MailboxAddress("", recipient)));
        message.Headers[HeaderId.MessageId] = mail.MessageId;
        message.Headers[HeaderId.InReplyTo] = mail.ThreadId;
        message.Headers[HeaderId.References] = mail.ThreadId;
        message.Headers[HeaderId.AutoSubmitted] = "auto-generated";
        return message;
    }

    /// <summary>Translates the library's exception. Only a timeout after the text leaves open whether
    /// the mail was accepted.</summary>
    /// <returns>Null for a failure that is not the server's.</returns>
    private static Exception? Translate(string server, Exception failure, Client client) => failure switch
    {
        SmtpCommandException answer => Translate(server, answer.StatusCode),
        AuthenticationException =>
            new MailUnavailableException(server, "the login is not accepted. Check Mail:Smtp:User and Mail:Smtp:Password."),
        SslHandshakeException => new MailUnavailableException(server, "its certificate is not trusted."),
        NotSupportedException =>
            new MailUnavailableException(server, "it offers no STARTTLS, or no login. Check Mail:Smtp:StartTls and Mail:Smtp:User."),
        SocketException socket => new MailUnavailableException(server, $"{socket.SocketErrorCode}.") { MayHaveTaken = client.Began },
        OperationCanceledException =>
            new MailUnavailableException(server, $"no answer within {Timeout.TotalSeconds:0} s.") { MayHaveTaken = client.Began },
        IOException or ProtocolException => new MailUnavailableException(server, "the connection failed.") { MayHaveTaken = client.Began },
        _ => null,
    };

    /// <summary>A client that continues after a refused recipient, and tracks the mail's progress.</summary>
    private sealed class Client : SmtpClient, ITransferProgress
    {
        private readonly List<SmtpStatusCode> _refused = [];

        /// <summary>Gets the server's answers to refused recipients.</summary>
        public IReadOnlyList<SmtpStatusCode> Refused => _refused;

        /// <summary>Gets a value indicating whether sending the text has begun.</summary>
        public bool Began { get; private set; }

        /// <summary>Gets a value indicating whether the server accepted the mail.</summary>
        public bool Taken { get; private set; }

        public void Report(long bytesTransferred, long totalSize) => Began = true;

        public void Report(long bytesTransferred) => Began = true;

        protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
            _refused.Add(response.StatusCode);

        /// <summary>Throws the lowest of the answers: a temporary refusal of one recipient means a retry.</summary>
        protected override void OnNoRecipientsAccepted(MimeMessage message) =>
            throw new SmtpCommandException(SmtpErrorCode.RecipientNotAccepted, _refused.Min(), "No recipient was accepted.");

        protected override void OnMessageSent(MessageSentEventArgs e)
        {
            Taken = true;
            base.OnMessageSent(e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Warning,
            "Mail {MessageId} was refused for {Refused} of its {Recipients} recipients. Check the settings Teams:*:Recipients.")]
        public static partial void SomeRefused(ILogger logger, string messageId, int refused, int recipients);
    }
}

using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Net.Sockets;
using System.Text;
using IntegrationHub.Functions.Platform.Settings;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Hands mail to the server of the section <c>Mail:Smtp</c>; without one nothing is sent.</summary>
public sealed partial class SmtpMailSender(MailOptions options, TimeProvider clock, ILogger<SmtpMailSender> logger) : IMailSender
{
    /// <summary>Well inside the claim on the mailbox that the mail comes from.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <inheritdoc/>
    public async Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(mail);
        var server = options.Smtp ?? throw new MailUnavailableException("(none)", "neither Mail:Smtp:Host nor Mail:AzureCommunication:Endpoint is set.");
        using var timeout = new CancellationTokenSource(Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var client = new SmtpClient(server.Host, server.Port) { EnableSsl = server.StartTls };
        client.Credentials = server.User is { } user ? new NetworkCredential(user, server.Password) : null;
        using var message = ToMessage(mail, options.From);
        try
        {
            await client.SendMailAsync(message, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MailUnavailableException(server.Host, $"no answer within {Timeout.TotalSeconds:0} s.") { MayHaveTaken = true };
        }
        catch (SmtpFailedRecipientException some) when (Refused(some) < mail.Recipients.Count)
        {
            Log.SomeRefused(logger, mail.MessageId, Refused(some), mail.Recipients.Count);
        }
        catch (SmtpException failure)
        {
            throw Translate(server.Host, failure);
        }
    }

    /// <summary>The mail as MIME: plain text first, HTML as the better alternative.</summary>
    internal static MailMessage ToMessage(OutgoingMail mail, string from)
    {
        var message = new MailMessage { From = new(from), Subject = mail.Subject, SubjectEncoding = Encoding.UTF8, HeadersEncoding = Encoding.UTF8 };
        foreach (var recipient in mail.Recipients)
        {
            message.To.Add(new MailAddress(recipient));
        }

        message.Headers.Add("Message-ID", mail.MessageId);
        message.Headers.Add("In-Reply-To", mail.ThreadId);
        message.Headers.Add("References", mail.ThreadId);
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(mail.Text, Encoding.UTF8, MediaTypeNames.Text.Plain));
        message.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(mail.Html, Encoding.UTF8, MediaTypeNames.Text.Html));
        return message;
    }

    /// <summary>Makes ours of the runtime's exception, which holds addresses.</summary>
    internal static Exception Translate(string server, SmtpException failure) => (int)StatusOf(failure) switch
    {
        // Wrong credentials and a missing STARTTLS are mended in the settings, and the mail is as good as before.
        >= 500 and not (530 or 534 or 535 or 538) => new MailRefusedException(server, $"{(int)StatusOf(failure)} ({StatusOf(failure)})"),
        > 0 => new MailUnavailableException(server, $"{(int)StatusOf(failure)} ({StatusOf(failure)})."),
        _ when failure.InnerException is SocketException socket => new MailUnavailableException(server, $"{socket.SocketErrorCode}."),
        _ => new MailUnavailableException(server, "the connection failed.") { MayHaveTaken = true },
    };

    /// <summary>Of several refused recipients each has its own; what is to be tried later for one of them, the lowest, is to be tried later.</summary>
    private static SmtpStatusCode StatusOf(SmtpException failure) => failure is SmtpFailedRecipientsException several ? several.InnerExceptions.Min(each => each.StatusCode) : failure.StatusCode;

    private static int Refused(SmtpFailedRecipientException failure) => failure is SmtpFailedRecipientsException several ? several.InnerExceptions.Length : 1;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Mail {MessageId} was refused for {Refused} of its {Recipients} recipients. Check the settings Teams:*:Recipients.")]
        public static partial void SomeRefused(ILogger logger, string messageId, int refused, int recipients);
    }
}

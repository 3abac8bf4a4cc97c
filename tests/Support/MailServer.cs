using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MimeKit;
using SmtpServer;
using SmtpServer.Authentication;
using SmtpServer.ComponentModel;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace IntegrationHub.Tests.Support;

/// <summary>A mail server in this process, on a free port. It stores the mails, and refuses logins, recipients or mails on demand.</summary>
public sealed class MailServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<ReceivedMail> _mails = new();
    private readonly ConcurrentQueue<(bool Secure, string Command)> _commands = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    private MailServer(X509Certificate2? certificate, Func<string, string, bool>? login)
    {
        var options = new SmtpServerOptionsBuilder().ServerName("mail.example.com").Endpoint(endpoint =>
        {
            endpoint.Endpoint(new(IPAddress.Loopback, Port)).AllowUnsecureAuthentication().AuthenticationRequired(login is not null);
            if (certificate is not null)
            {
                endpoint.Certificate(certificate);
            }
        }).Build();
        var services = new ServiceProvider();
        services.Add(new DelegatingUserAuthenticator((_, user, password) => login?.Invoke(user, password) ?? true));
        services.Add(new Store(this));
        services.Add(new Recipients(this));
        var server = new SmtpServer.SmtpServer(options, services);
        server.SessionCreated += (_, session) => session.Context.CommandExecuting += (_, executing) => _commands.Enqueue((session.Context.Pipe!.IsSecure, executing.Command.Name));
        _serving = server.StartAsync(_stop.Token);
    }

    /// <summary>Gets the port on 127.0.0.1.</summary>
    public int Port { get; } = FreePort.Find();

    /// <summary>Gets the mails that have arrived, in order.</summary>
    public IReadOnlyList<ReceivedMail> Mails => [.. _mails];

    /// <summary>Gets the commands that were given, by name, each with whether it came under TLS.</summary>
    public IReadOnlyList<(bool Secure, string Command)> Commands => [.. _commands];

    /// <summary>Gets or sets the answer to a recipient's address; null accepts it. Default: all are accepted.</summary>
    public Func<string, SmtpResponse?> RefusesRecipient { get; set; } = _ => null;

    /// <summary>Gets or sets the answer to a whole mail, which then is not kept; null accepts it. Default: all are accepted.</summary>
    public Func<ReceivedMail, SmtpResponse?> RefusesMail { get; set; } = _ => null;

    /// <summary>Gets or sets a value indicating whether the connection ends without an answer once a mail is there, which is kept.</summary>
    public bool BreaksOff { get; set; }

    /// <summary>Starts one.</summary>
    /// <param name="certificate">What it shows; null for a server that knows no STARTTLS.</param>
    /// <param name="login">Says whether a user may log in with a password, which then is required; null where nobody has to.</param>
    public static async Task<MailServer> StartAsync(X509Certificate2? certificate = null, Func<string, string, bool>? login = null)
    {
        var server = new MailServer(certificate, login);
        await Eventually.TrueAsync(server.ListensAsync, "the mail server listens");
        return server;
    }

    /// <summary>Waits until so many mails have arrived.</summary>
    public async Task<IReadOnlyList<ReceivedMail>> MailsAsync(int atLeast)
    {
        await Eventually.TrueAsync(() => _mails.Count >= atLeast, () => $"{atLeast} mails arrived; there are {_mails.Count}");
        return Mails;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task<bool> ListensAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private sealed class Store(MailServer server) : MessageStore
    {
        public override async Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            using var bytes = new MemoryStream(buffer.ToArray());
            var mail = new ReceivedMail(await MimeMessage.LoadAsync(bytes, cancellationToken), [.. transaction.To.Select(to => $"{to.User}@{to.Host}")]);
            if (server.RefusesMail(mail) is { } refusal)
            {
                return refusal;
            }

            server._mails.Enqueue(mail);
            if (server.BreaksOff)
            {
                context.Pipe!.Dispose();
            }

            return SmtpResponse.Ok;
        }
    }

    private sealed class Recipients(MailServer server) : MailboxFilter
    {
        public override Task<bool> CanDeliverToAsync(ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken) =>
            server.RefusesRecipient($"{to.User}@{to.Host}") is { } refusal ? throw new SmtpResponseException(refusal) : Task.FromResult(true);
    }
}

/// <summary>A mail as it arrived.</summary>
/// <param name="message">What was sent.</param>
/// <param name="recipients">Whom the envelope names.</param>
public sealed class ReceivedMail(MimeMessage message, IReadOnlyList<string> recipients)
{
    /// <summary>Gets whom the envelope names: who gets the mail, whatever its headers say.</summary>
    public IReadOnlyList<string> Recipients => recipients;

    public string Subject => message.Subject ?? "";

    public string Text => message.TextBody ?? "";

    public string Html => message.HtmlBody ?? "";

    /// <summary>Gets the addresses of the header <c>To</c>.</summary>
    public IReadOnlyList<string> To => [.. message.To.Mailboxes.Select(mailbox => mailbox.Address)];

    /// <summary>A header's value, decoded; null where the mail has none.</summary>
    public string? Header(string name) => message.Headers[name] ?? message.Body?.Headers[name];
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace IntegrationHub.Functions.Tests.Alerts;

/// <summary>A small SMTP server that speaks of STARTTLS and login, and notes what it was told.</summary>
internal sealed class PlayedSmtpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2? _certificate;
    private readonly Task _serving;

    /// <param name="certificate">What it shows; null for a server that knows no STARTTLS.</param>
    public PlayedSmtpServer(X509Certificate2? certificate)
    {
        _certificate = certificate;
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Gets the lines it was told, each with whether they came under TLS.</summary>
    public ConcurrentQueue<(bool Secure, string Line)> Told { get; } = new();

    /// <summary>Gets or sets what it answers to a login.</summary>
    public string LoginAnswer { get; set; } = "235 2.7.0 welcome";

    /// <summary>Gets or sets what it answers to each recipient.</summary>
    public string RecipientAnswer { get; set; } = "250 2.1.5 fine";

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await TalkAsync(client.GetStream());
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The listener was stopped.
        }
    }

    private async Task TalkAsync(Stream stream)
    {
        var secure = false;
        await SayAsync(stream, "220 played.example ESMTP");
        try
        {
            while (await ReadLineAsync(stream) is { } line)
            {
                Told.Enqueue((secure, line));
                var verb = line.Split(' ')[0].ToUpperInvariant();
                if (verb == "STARTTLS" && _certificate is not null)
                {
                    await SayAsync(stream, "220 2.0.0 go on");
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(_certificate);
                    (stream, secure) = (tls, true);
                    continue;
                }

                if (verb == "DATA")
                {
                    await SayAsync(stream, "354 go on");
                    while (await ReadLineAsync(stream) is { } data && data != ".")
                    {
                        Told.Enqueue((secure, data));
                    }
                }

                await SayAsync(stream, Answer(verb, line, secure));
            }
        }
        catch (Exception broken) when (broken is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client would not go on with us.
        }
    }

    private string Answer(string verb, string line, bool secure) => verb switch
    {
        "EHLO" when !secure && _certificate is not null => "250-played.example\r\n250 STARTTLS",
        "EHLO" => "250-played.example\r\n250 AUTH LOGIN",
        "AUTH" when line.Split(' ').Length > 2 => "334 UGFzc3dvcmQ6",
        "AUTH" => "334 VXNlcm5hbWU6",
        "MAIL" when !LoginAnswer.StartsWith("235", StringComparison.Ordinal) => "530 5.7.0 log in first",
        "RCPT" => RecipientAnswer,
        "MAIL" or "DATA" or "RSET" or "NOOP" => "250 2.0.0 fine",
        "QUIT" => "221 2.0.0 bye",
        _ => LoginAnswer,
    };

    private static async Task SayAsync(Stream stream, string line) => await stream.WriteAsync(Encoding.ASCII.GetBytes($"{line}\r\n"));

    private static async Task<string?> ReadLineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1)
        {
            if (one[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(one[0]);
        }

        return null;
    }
}

using System.Net;
using System.Net.Mail;
using System.Net.Sockets;
using IntegrationHub.Functions.Alerts.Mail;
using IntegrationHub.Functions.Settings;
using Microsoft.Extensions.Logging.Abstractions;

namespace IntegrationHub.Functions.Tests.Alerts;

[Collection(nameof(RealParts))]
public sealed class SmtpMailSenderTests(Maildev maildev)
{
    private static readonly OutgoingMail Mail = new()
    {
        MessageId = "<0123@example.com>",
        ThreadId = "<thread@example.com>",
        Recipients = ["one@example.com", "two@example.com"],
        Subject = "[Spende 2 d, limit 1 d] Größe & 👩‍💻 شركة: call today",
        Text = "Ada <b> 👩‍💻 شركة\r\n.\r\n..dots at the start stay\r\n",
        Html = "<p>Ada &lt;b&gt; 👩‍💻 شركة</p>",
    };

    [Fact]
    public async Task A_mail_arrives_as_it_was_written()
    {
        await maildev.EmptyAsync();

        await Sender(maildev.Port).SendAsync(Mail, TestContext.Current.CancellationToken);

        var arrived = Assert.Single(await maildev.MailsAsync(1));
        Assert.Equal(Mail.Subject, arrived.Subject);
        Assert.Equal(Mail.Text.ReplaceLineEndings().TrimEnd(), arrived.Text.ReplaceLineEndings().TrimEnd());
        Assert.Equal(Mail.Html, arrived.Html.Trim());
        Assert.Equal(["one@example.com", "two@example.com"], arrived.To);
        Assert.Equal("<0123@example.com>", arrived.Header("message-id"));
        Assert.Equal("<thread@example.com>", arrived.Header("in-reply-to"));
        Assert.Equal("<thread@example.com>", arrived.Header("references"));
        Assert.Equal("auto-generated", arrived.Header("auto-submitted"));
        Assert.StartsWith("multipart/alternative", arrived.Header("content-type"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_tried_later()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();

        await Assert.ThrowsAsync<MailUnavailableException>(() => Sender(port).SendAsync(Mail, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Without_a_server_in_the_settings_mail_waits()
    {
        var sender = new SmtpMailSender(new MailOptions { From = "hub@example.com" }, TimeProvider.System, NullLogger<SmtpMailSender>.Instance);

        var failure = await Assert.ThrowsAsync<MailUnavailableException>(() => sender.SendAsync(Mail, TestContext.Current.CancellationToken));

        Assert.Contains("Mail:Smtp:Host", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(421, false)]
    [InlineData(450, false)]
    [InlineData(452, false)]
    [InlineData(500, true)]
    [InlineData(530, false)]
    [InlineData(535, false)]
    [InlineData(550, true)]
    [InlineData(554, true)]
    public void What_the_server_answers_says_whether_to_try_again(int status, bool forGood)
    {
        var failure = SmtpMailSender.Translate("mail.example.com", new SmtpFailedRecipientException((SmtpStatusCode)status, "ada@example.com"));

        Assert.IsType(forGood ? typeof(MailRefusedException) : typeof(MailUnavailableException), failure);
        Assert.DoesNotContain("ada@", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_whose_certificate_nobody_vouches_for_gets_neither_login_nor_mail()
    {
        using var certificate = Certificates.SelfSigned();
        await using var server = new PlayedSmtpServer(certificate);

        await Assert.ThrowsAsync<MailUnavailableException>(() => Secured(server.Port).SendAsync(Mail, TestContext.Current.CancellationToken));

        Assert.Equal(["EHLO", "STARTTLS"], server.Told.Select(told => told.Line.Split(' ')[0]));
    }

    [Fact]
    public async Task A_server_without_starttls_gets_neither_login_nor_mail_where_it_is_asked_for()
    {
        await using var server = new PlayedSmtpServer(certificate: null);

        await Assert.ThrowsAsync<MailUnavailableException>(() => Secured(server.Port).SendAsync(Mail, TestContext.Current.CancellationToken));

        Assert.Equal("EHLO", Assert.Single(server.Told).Line.Split(' ')[0]);
    }

    [Theory]
    [InlineData("235 2.7.0 welcome", true)]
    [InlineData("535 5.7.8 wrong password", false)]
    public async Task A_login_that_is_not_taken_makes_mail_wait_until_it_is_mended(string answer, bool taken)
    {
        await using var server = new PlayedSmtpServer(certificate: null) { LoginAnswer = answer };
        var sender = new SmtpMailSender(
            new MailOptions { From = "hub@example.com", Smtp = new SmtpOptions { Host = "127.0.0.1", Port = server.Port, User = "hub", Password = "secret" } }, TimeProvider.System, NullLogger<SmtpMailSender>.Instance);

        var failure = await Record.ExceptionAsync(() => sender.SendAsync(Mail, TestContext.Current.CancellationToken));

        Assert.Equal(taken ? null : typeof(MailUnavailableException), failure?.GetType());
        Assert.Contains(server.Told, told => told.Line.EndsWith(Convert.ToBase64String("secret"u8), StringComparison.Ordinal));
        Assert.Equal(taken, server.Told.Any(told => told.Line == "DATA"));
        Assert.DoesNotContain("secret", failure?.ToString() ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("550 5.1.1 nobody of that name", typeof(MailRefusedException))]
    [InlineData("450 4.2.1 come back later", typeof(MailUnavailableException))]
    public async Task A_mail_that_is_refused_for_each_of_its_recipients_ends_as_the_server_says(string answer, Type expected)
    {
        await using var server = new PlayedSmtpServer(certificate: null) { RecipientAnswer = answer };

        var failure = await Record.ExceptionAsync(() => Sender(server.Port).SendAsync(Mail, TestContext.Current.CancellationToken));

        Assert.IsType(expected, failure);
        Assert.False(failure is MailUnavailableException { MayHaveTaken: true });
    }

    /// <summary>As the settings make it where a user is named.</summary>
    private static SmtpMailSender Secured(int port) => new(
        new MailOptions { From = "hub@example.com", Smtp = new SmtpOptions { Host = "127.0.0.1", Port = port, User = "hub", Password = "secret", StartTls = true } }, TimeProvider.System, NullLogger<SmtpMailSender>.Instance);

    private static SmtpMailSender Sender(int port) => new(
        new MailOptions { From = "hub@example.com", Smtp = new SmtpOptions { Host = "127.0.0.1", Port = port } }, TimeProvider.System, NullLogger<SmtpMailSender>.Instance);
}

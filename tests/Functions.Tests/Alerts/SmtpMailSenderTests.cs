using System.Net.Mail;
using IntegrationHub.Functions.Alerts.Sending;
using IntegrationHub.Functions.Platform.Settings;
using Microsoft.Extensions.Logging.Abstractions;
using SmtpServer.Protocol;

namespace IntegrationHub.Functions.Tests.Alerts;

public sealed class SmtpMailSenderTests
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
        await using var server = await MailServer.StartAsync();

        await Sender(server.Port).SendAsync(Mail, TestContext.Current.CancellationToken);

        var arrived = Assert.Single(await server.MailsAsync(1));
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
        var port = FreePort.Find();

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
        await using var server = await MailServer.StartAsync(certificate);

        await Assert.ThrowsAsync<MailUnavailableException>(() => Secured(server.Port).SendAsync(Mail, TestContext.Current.CancellationToken));

        Assert.Equal([(false, "EHLO"), (false, "STARTTLS")], server.Commands);
    }

    [Fact]
    public async Task A_server_without_starttls_gets_neither_login_nor_mail_where_it_is_asked_for()
    {
        await using var server = await MailServer.StartAsync();

        await Assert.ThrowsAsync<MailUnavailableException>(() => Secured(server.Port).SendAsync(Mail, TestContext.Current.CancellationToken));

        Assert.Equal([(false, "EHLO")], server.Commands);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_login_that_is_not_taken_makes_mail_wait_until_it_is_mended(bool taken)
    {
        var logins = new List<(string User, string Password)>();
        await using var server = await MailServer.StartAsync(login: (user, password) =>
        {
            logins.Add((user, password));
            return taken;
        });

        var failure = await Record.ExceptionAsync(() => WithLogin(server.Port, startTls: false).SendAsync(Mail, TestContext.Current.CancellationToken));

        Assert.Equal(taken ? null : typeof(MailUnavailableException), failure?.GetType());
        Assert.Equal([("hub", "secret")], logins.Distinct());
        Assert.Equal(taken, server.Mails.Count == 1);
        Assert.DoesNotContain("secret", failure?.ToString() ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(550, "5.1.1 nobody of that name", typeof(MailRefusedException))]
    [InlineData(450, "4.2.1 come back later", typeof(MailUnavailableException))]
    public async Task A_mail_that_is_refused_for_each_of_its_recipients_ends_as_the_server_says(int status, string text, Type expected)
    {
        await using var server = await MailServer.StartAsync();
        server.RefusesRecipient = _ => new((SmtpReplyCode)status, text);

        var failure = await Record.ExceptionAsync(() => Sender(server.Port).SendAsync(Mail, TestContext.Current.CancellationToken));

        Assert.IsType(expected, failure);
        Assert.False(failure is MailUnavailableException { MayHaveTaken: true });
    }

    [Fact]
    public async Task A_mail_that_is_refused_for_one_of_its_recipients_goes_to_the_other()
    {
        await using var server = await MailServer.StartAsync();
        server.RefusesRecipient = address => address == "one@example.com" ? new(SmtpReplyCode.MailboxUnavailable, "5.1.1 nobody of that name") : null;

        await Sender(server.Port).SendAsync(Mail, TestContext.Current.CancellationToken);

        Assert.Single(server.Mails);
    }

    [Theory]
    [InlineData(554, "5.7.1 not this", typeof(MailRefusedException))]
    [InlineData(451, "4.3.0 not now", typeof(MailUnavailableException))]
    public async Task A_mail_that_is_refused_as_a_whole_ends_as_the_server_says(int status, string text, Type expected)
    {
        await using var server = await MailServer.StartAsync();
        server.RefusesMail = _ => new((SmtpReplyCode)status, text);

        Assert.IsType(expected, await Record.ExceptionAsync(() => Sender(server.Port).SendAsync(Mail, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task A_connection_that_breaks_off_before_the_answer_leaves_open_whether_the_mail_was_taken()
    {
        await using var server = await MailServer.StartAsync();
        server.BreaksOff = true;

        var failure = await Assert.ThrowsAsync<MailUnavailableException>(() => Sender(server.Port).SendAsync(Mail, TestContext.Current.CancellationToken));

        Assert.True(failure.MayHaveTaken);
        Assert.Single(server.Mails);
    }

    /// <summary>As the settings make it where a user is named.</summary>
    private static SmtpMailSender Secured(int port) => WithLogin(port, startTls: true);

    private static SmtpMailSender WithLogin(int port, bool startTls) =>
        Over(new() { Host = "127.0.0.1", Port = port, User = "hub", Password = "secret", StartTls = startTls });

    private static SmtpMailSender Sender(int port) => Over(new() { Host = "127.0.0.1", Port = port });

    private static SmtpMailSender Over(SmtpOptions server) =>
        new(new MailOptions { From = "hub@example.com", Smtp = server }, TimeProvider.System, NullLogger<SmtpMailSender>.Instance);
}

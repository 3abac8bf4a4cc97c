using IntegrationHub.Functions.Platform.Outward;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>The result of sending a mail.</summary>
internal abstract record MailAnswer
{
    private MailAnswer()
    {
    }

    /// <summary>The server accepted it.</summary>
    public sealed record Taken : MailAnswer;

    /// <summary>The server refused it.</summary>
    /// <param name="Why">The reason, without an address.</param>
    public sealed record Refused(string Why) : MailAnswer;

    /// <summary>The server did not get it; retry later.</summary>
    public sealed record NotYet : MailAnswer;

    /// <summary>Unknown: the same mail may be sent again, but no other.</summary>
    public sealed record Unknown : MailAnswer;
}

/// <summary>Sends all mail through the throttle to the server, and records the mail's health.</summary>
internal sealed class MailGate(
    IMailSender sender, MailThrottle throttle, OutwardBreaker outward, MailOptions options, ConnectorStateStore states, TimeProvider clock)
{
    /// <summary>Gets a value indicating whether a mail server is configured.</summary>
    public bool Sends => options.Sends;

    /// <summary>Returns when the next mail may go out; null for now.</summary>
    public Task<DateTimeOffset?> ClosedUntilAsync(CancellationToken cancellationToken) => throttle.ClosedUntilAsync(cancellationToken);

    /// <summary>Whether alerts may go out now: the throttle is open, and they are not held.</summary>
    public async Task<bool> IsOpenToAlertsAsync(CancellationToken cancellationToken) =>
        await ClosedUntilAsync(cancellationToken) is null && await outward.TryTakeAsync(OutwardChannel.Mail, 0, cancellationToken);

    /// <summary>Sends a mail within the throttle. A server's wait applies to all mails.</summary>
    /// <param name="alerts">How many alerts it holds; zero for a mail to ops, which is never held.</param>
    public async Task<MailAnswer> SendAsync(OutgoingMail mail, int alerts, CancellationToken cancellationToken)
    {
        if ((alerts > 0 && !await outward.TryTakeAsync(OutwardChannel.Mail, alerts, cancellationToken))
            || !await throttle.AcquireAsync(cancellationToken))
        {
            return new MailAnswer.NotYet();
        }

        try
        {
            await sender.SendAsync(mail, cancellationToken);
            states.Worked(ConnectorState.Mail, clock.GetUtcNow());
            return new MailAnswer.Taken();
        }
        catch (MailRefusedException refused)
        {
            states.Failed(ConnectorState.Mail, refused);
            return new MailAnswer.Refused(refused.Message);
        }
        catch (MailUnavailableException unavailable)
        {
            states.Failed(ConnectorState.Mail, unavailable);
            if (unavailable.RetryAfter is { } wait)
            {
                await throttle.PauseAsync(wait, cancellationToken);
            }

            return unavailable.MayHaveTaken ? new MailAnswer.Unknown() : new MailAnswer.NotYet();
        }
    }
}

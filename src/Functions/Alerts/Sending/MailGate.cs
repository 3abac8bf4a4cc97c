using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Telemetry;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>What came of handing a mail over.</summary>
public abstract record MailAnswer
{
    private MailAnswer()
    {
    }

    /// <summary>The server has it.</summary>
    public sealed record Taken : MailAnswer;

    /// <summary>The server refused it for good.</summary>
    /// <param name="Why">Why, without an address.</param>
    public sealed record Refused(string Why) : MailAnswer;

    /// <summary>The server does not have it; later it may.</summary>
    public sealed record NotYet : MailAnswer;

    /// <summary>Nobody knows whether the server has it: it may be sent again as it is, and as nothing else.</summary>
    public sealed record Unknown : MailAnswer;
}

/// <summary>The one way out for mail: through the throttle to the server, with a note of how mail is doing.</summary>
public sealed class MailGate(IMailSender sender, MailThrottle throttle, MailOptions options, ConnectorStateStore states, TimeProvider clock)
{
    /// <summary>Gets a value indicating whether there is a server to send to.</summary>
    public bool Sends => options.Sends;

    /// <summary>When the next mail may go out; null for now.</summary>
    public Task<DateTimeOffset?> ClosedUntilAsync(CancellationToken cancellationToken) => throttle.ClosedUntilAsync(cancellationToken);

    /// <summary>Hands a mail over, if the throttle lets it. A server that says how long to wait is not asked by anybody before.</summary>
    public async Task<MailAnswer> SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        if (!await throttle.TakeAsync(cancellationToken))
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

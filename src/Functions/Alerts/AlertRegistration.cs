using IntegrationHub.Functions.Alerts.Links;
using IntegrationHub.Functions.Alerts.Mail;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Journeys;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Alerts;

/// <summary>Registers the stall sweep, the mailboxes and the mail.</summary>
public static class AlertRegistration
{
    /// <summary>Registers <see cref="StallFlow"/>, <see cref="AlertFlow"/> and <see cref="MailFlow"/> with what they need.</summary>
    public static IServiceCollection AddAlerts(this IServiceCollection services) => services
        .AddSingleton<StallFlow>()
        .AddSingleton<AlertFlow>()
        .AddSingleton<MailboxStore>()
        .AddSingleton<ILeadRecords>(provider => provider.GetRequiredService<MailboxStore>())
        .AddSingleton<MailFlow>()
        .AddSingleton<OpsMailFlow>()
        .AddSingleton<MailComposer>()
        .AddSingleton<MailThrottle>()
        .AddSingleton<MailGate>()
        .AddSingleton<HtmlRenderer>()
        .AddSingleton<MailRenderer>()
        .AddSingleton<LinkKeyStore>()
        .AddSingleton<AlertPageFlow>()
        .AddSingleton<IMailSender, SmtpMailSender>();
}

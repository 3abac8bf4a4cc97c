using Azure.Core;
using Azure.Identity;
using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Alerts.Digest;
using IntegrationHub.Functions.Alerts.Links;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Alerts.Pages;
using IntegrationHub.Functions.Alerts.Sending;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Alerts;

/// <summary>Registers the stall sweep, the mailboxes and the mail.</summary>
internal static class AlertRegistration
{
    public static IServiceCollection AddAlerts(this IServiceCollection services) => services
        .AddSingleton<StallFlow>()
        .AddSingleton<ScrubFlow>()
        .AddSingleton<AlertFlow>()
        .AddSingleton<MailboxStore>()
        .AddSingleton<IErasable>(provider => provider.GetRequiredService<MailboxStore>())
        .AddSingleton<MailFlow>()
        .AddSingleton<MailboxFlow>()
        .AddSingleton<MailWriter>()
        .AddSingleton<OutcomeRecorder>()
        .AddSingleton<OpsMailFlow>()
        .AddSingleton<MailHealthFlow>()
        .AddSingleton<MailComposer>()
        .AddSingleton<MailThrottle>()
        .AddSingleton<MailGate>()
        .AddSingleton(Renderer)
        .AddSingleton<MailRenderer>()
        .AddAlertLinks()
        .AddSingleton<AlertPageFlow>()
        .AddSingleton(Sender);

    /// <summary>Creates a renderer without the app's services: MVC's need a request's address,
    /// which a mail does not have.</summary>
    private static HtmlRenderer Renderer(IServiceProvider services) =>
        new(new ServiceCollection().BuildServiceProvider(), services.GetRequiredService<ILoggerFactory>());

    /// <summary>Creates the sender that the settings name.</summary>
    private static IMailSender Sender(IServiceProvider services)
    {
        var mail = services.GetRequiredService<MailOptions>();
        return mail.AzureCommunication is { } azure
            ? new AzureCommunicationMailSender(mail, IdentityOf(azure), transport: null, services.GetRequiredService<TimeProvider>())
            : ActivatorUtilities.CreateInstance<SmtpMailSender>(services);
    }

    private static TokenCredential IdentityOf(AzureCommunicationOptions azure) =>
        new ManagedIdentityCredential(
            azure.ClientId is { } clientId ? ManagedIdentityId.FromUserAssignedClientId(clientId) : ManagedIdentityId.SystemAssigned);
}

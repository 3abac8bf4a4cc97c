using IntegrationHub.Functions.Alerts.Mail;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Alerts;

/// <summary>Registers the stall sweep and the mail.</summary>
public static class AlertRegistration
{
    /// <summary>Registers <see cref="StallFlow"/> and <see cref="AlertFlow"/> with what they need.</summary>
    public static IServiceCollection AddAlerts(this IServiceCollection services) => services
        .AddSingleton<StallFlow>()
        .AddSingleton<AlertFlow>()
        .AddSingleton<HtmlRenderer>()
        .AddSingleton<StallMailRenderer>()
        .AddSingleton<SentMailStore>()
        .AddSingleton<IMailSender, SmtpMailSender>();
}

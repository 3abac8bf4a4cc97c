using System.Security.Cryptography;
using System.Text;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Mail;

/// <summary>Names mails after their cause, so that a mail sent again after a crash has the same name and mail programs keep a lead's mails together.</summary>
public static class MailMessageIds
{
    /// <summary>The <c>Message-ID</c> of an alert's mail to a team, angle brackets included.</summary>
    public static string Of(Alert alert, string team, string host) => Name($"alert|{alert?.Id}|{team}", host);

    /// <summary>The id of the thread that all mails about one stay of a lead on a stage belong to.</summary>
    public static string ThreadOf(LeadId leadId, Alert alert, string host) => Name($"thread|{leadId}|{alert?.Stage}|{alert?.EnteredAt.UtcTicks}", host);

    private static string Name(string cause, string host) => $"<{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cause)))[..32]}@{host}>";
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Sending;

/// <summary>Names mails after their cause, so that a mail sent again after a crash has the same name and mail programs keep a lead's mails together. Angle brackets included.</summary>
public static class MailMessageIds
{
    /// <summary>The <c>Message-ID</c> of a mail that tells an audience of these.</summary>
    public static string Of(RecipientGroup recipientGroup, IEnumerable<BatchMember> members, string host) =>
        Name($"alerts|{recipientGroup}|{string.Join('|', members.Select(member => $"{member.Kind}{member.AlertId}").Order(StringComparer.Ordinal))}", host);

    /// <summary>The id of the thread that all mails about one stay of a lead on a stage belong to.</summary>
    public static string ThreadOf(LeadId leadId, Alert alert, string host) => Name($"thread|{leadId}|{alert?.Stage}|{alert?.EnteredAt.UtcTicks}", host);

    /// <summary>The id of the thread that an audience's mails about several leads belong to.</summary>
    public static string ThreadOf(RecipientGroup recipientGroup, string host) => Name($"thread|{recipientGroup}", host);

    /// <summary>The <c>Message-ID</c> of a mail to ops.</summary>
    public static string OfNotice(OpenNotice notice, string host) => Name(string.Create(CultureInfo.InvariantCulture, $"notice|{notice?.Notice.Key}|{notice?.OpenedAt.UtcTicks}"), host);

    /// <summary>The id of the thread that the mails about one matter belong to.</summary>
    public static string ThreadOfNotice(string key, string host) => Name($"thread|notice|{key}", host);

    private static string Name(string cause, string host) => $"<{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cause)))[..32]}@{host}>";
}

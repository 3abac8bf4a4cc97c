using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Digest;

/// <summary>Derives message ids from causes, so that a repeated mail has the same id and mail programs group a lead's
/// mails. Angle brackets included.</summary>
internal static class MailMessageIds
{
    /// <summary>Returns the <c>Message-ID</c> of a mail with these members.</summary>
    public static string Of(RecipientGroup recipientGroup, IEnumerable<BatchMember> members, string host) =>
        Name(
            $"alerts|{recipientGroup}|"
            + string.Join('|', members.Select(member => $"{member.Kind}{member.AlertId}").Order(StringComparer.Ordinal)),
            host);

    /// <summary>Returns the thread of all mails about one stay of a lead on a stage.</summary>
    public static string ThreadOf(LeadId leadId, Alert alert, string host) =>
        Name($"thread|{leadId}|{alert?.Stage}|{alert?.EnteredAt.UtcTicks}", host);

    /// <summary>Returns the thread of a group's mails about several leads.</summary>
    public static string ThreadOf(RecipientGroup recipientGroup, string host) => Name($"thread|{recipientGroup}", host);

    /// <summary>Returns the <c>Message-ID</c> of a mail to ops.</summary>
    public static string OfNotices(IEnumerable<OpenNotice> notices, string host)
    {
        var names = notices.Select(notice =>
            string.Create(CultureInfo.InvariantCulture, $"notice|{notice.Notice.Key}|{notice.OpenedAt.UtcTicks}"));
        return Name(string.Join('|', names.Order(StringComparer.Ordinal)), host);
    }

    /// <summary>Returns the thread of mails about several notices.</summary>
    public static string ThreadOfNotices(string host) => Name("thread|notices", host);

    /// <summary>Returns the thread of mails about one notice.</summary>
    public static string ThreadOfNotice(string key, string host) => Name($"thread|notice|{key}", host);

    private static string Name(string cause, string host) =>
        $"<{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cause)))[..32]}@{host}>";
}

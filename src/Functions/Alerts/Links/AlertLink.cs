using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Links;

/// <summary>What a link is for.</summary>
public enum LinkPurpose
{
    /// <summary>"We are on it."</summary>
    Acknowledge,

    /// <summary>"Not now."</summary>
    Snooze,

    /// <summary>Only shows: what is known, and both answers.</summary>
    Details,
}

/// <summary>The content of a link in a mail. It holds no personal data.</summary>
/// <param name="RecipientGroup">The group whose mail held it.</param>
/// <param name="AlertId">The alert of the mail.</param>
/// <param name="ExpiresAt">When it stops working, exclusive, in full seconds.</param>
internal sealed record AlertLink(
    LinkPurpose Purpose, RecipientGroup RecipientGroup, LeadId LeadId, string AlertId, DateTimeOffset ExpiresAt);

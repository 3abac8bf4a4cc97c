using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Alerts.Links;

/// <summary>What a link in a mail is for; one link is for one thing.</summary>
public enum LinkPurpose
{
    /// <summary>"We are on it."</summary>
    Acknowledge,

    /// <summary>"Not now."</summary>
    Snooze,
}

/// <summary>What a link in a mail stands for. It says nothing about a person.</summary>
/// <param name="Purpose">What it is for.</param>
/// <param name="RecipientGroup">Whose mail held it.</param>
/// <param name="LeadId">The lead.</param>
/// <param name="AlertId">The alert it was sent with.</param>
/// <param name="ExpiresAt">When it stops to work: at exactly this time it does nothing any more. Full seconds.</param>
public sealed record AlertLink(LinkPurpose Purpose, RecipientGroup RecipientGroup, LeadId LeadId, string AlertId, DateTimeOffset ExpiresAt);

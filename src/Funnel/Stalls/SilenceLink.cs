namespace IntegrationHub.Funnel;

/// <summary>The content of a verified link in a mail.</summary>
/// <param name="TokenId">The link's id, the same for each use.</param>
/// <param name="AlertId">The alert of the mail.</param>
/// <param name="Team">The team whose mail held it.</param>
/// <param name="ExpiresAt">When it stops working, exclusive.</param>
public sealed record SilenceLink(string TokenId, string AlertId, string Team, DateTimeOffset ExpiresAt);

namespace IntegrationHub.Funnel;

/// <summary>What a link in a mail stands for once its signature has been checked.</summary>
/// <param name="TokenId">Its own id: a second use has the same.</param>
/// <param name="AlertId">The alert it was sent with.</param>
/// <param name="Team">The team whose mail held it.</param>
/// <param name="ExpiresAt">When it stops to work: at exactly this time it does nothing any more.</param>
public sealed record SilenceLink(string TokenId, string AlertId, string Team, DateTimeOffset ExpiresAt);

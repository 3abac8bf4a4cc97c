namespace IntegrationHub.Functions.Platform.Notices;

/// <summary>A message to ops, sent by mail once.</summary>
/// <param name="Key">Makes two notices the same: while one is open, no second is sent.</param>
/// <param name="Subject">One line without personal data.</param>
/// <param name="Lines">What is wrong, since when, and what to do, without personal data.</param>
internal sealed record OpsNotice(string Key, string Subject, IReadOnlyList<string> Lines);

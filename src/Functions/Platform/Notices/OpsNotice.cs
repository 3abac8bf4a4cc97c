namespace IntegrationHub.Functions.Platform.Notices;

/// <summary>Something ops are to know, told by mail once.</summary>
/// <param name="Key">What makes two notices the same: while one of this key is open, no second is told.</param>
/// <param name="Subject">The subject, one line without personal data.</param>
/// <param name="Lines">What is wrong, since when, and what to do; without personal data.</param>
public sealed record OpsNotice(string Key, string Subject, IReadOnlyList<string> Lines);

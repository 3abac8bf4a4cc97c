using Azure;

namespace IntegrationHub.Functions.Platform.Notices;

/// <summary>An open notice of the table.</summary>
/// <param name="ClaimedUntil">Until when an instance is sending it; null when none ever claimed it.</param>
internal sealed record OpenNotice(OpsNotice Notice, DateTimeOffset OpenedAt, DateTimeOffset? ClaimedUntil, ETag Version);

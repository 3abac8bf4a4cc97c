using Azure;

namespace IntegrationHub.Functions.Platform.Notices;

/// <summary>A notice as it stands in the table.</summary>
/// <param name="Notice">The notice.</param>
/// <param name="OpenedAt">When it was opened.</param>
/// <param name="ClaimedUntil">Until when somebody is telling it; null when nobody ever was.</param>
/// <param name="Version">The version of its row.</param>
public sealed record OpenNotice(OpsNotice Notice, DateTimeOffset OpenedAt, DateTimeOffset? ClaimedUntil, ETag Version);

using IntegrationHub.Sandbox.Faults;
using IntegrationHub.Sandbox.Salesforce;

namespace IntegrationHub.Sandbox.Control;

/// <summary>The faults that replace all of the vendor's.</summary>
internal sealed record FaultRequest(string Vendor, IReadOnlyList<Fault> Faults);

internal sealed record StageRequest(string Stage);

internal sealed record StatusRequest(string Status);

internal sealed record RoleRequest(string ContactId, bool IsPrimary = false);

internal sealed record RecordRequest(string Type, Dictionary<string, string> Fields);

internal sealed record OwnerRequest(string OwnerId);

internal sealed record MergeRequest(string OtherId, bool NewRecord = false);

internal sealed record ConvertRequest(string? OpportunityName);

internal sealed record DealRequest(string Name, string Stage, decimal? Amount, string? Currency, long? ContactId);

internal sealed record OpportunityRequest(string Name, string Stage, DateOnly CloseDate, decimal? Amount, string? ContactId);

/// <summary>Null values stay unchanged.</summary>
internal sealed record WebhookRequest(string? TargetUrl, string? PublicUrl, bool? Ordered, bool? Shuffle, bool? Duplicate, bool? Paused);

/// <summary>Null values stay unchanged.</summary>
internal sealed record SalesforceRequest(int? PageSize, TimeSpan? CommitDelay, StampMode? Stamps, bool? UpsertAnswersNoContent);

using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>Stops writes of one property of one lead to all tools, because its value was
/// overwritten too often.</summary>
public sealed record SyncLoopBreaker(PersonProperty Property, DateTimeOffset OpenedAt)
{
    /// <summary>Gets when ops closed it; null for never. It closes by itself after
    /// <see cref="WriteBackPolicy.OverwriteWindow"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>Returns when it closed or will close.</summary>
    public DateTimeOffset EndOf(WriteBackPolicy policy) =>
        ClosedAt ?? OpenedAt + (policy ?? throw new ArgumentNullException(nameof(policy))).OverwriteWindow;
}

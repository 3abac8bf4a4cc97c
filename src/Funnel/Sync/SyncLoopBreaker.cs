using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>Stops the writing of one property of one lead, to all tools, because its value was replaced too often.</summary>
/// <param name="Property">The property.</param>
/// <param name="OpenedAt">When it opened.</param>
public sealed record SyncLoopBreaker(PersonProperty Property, DateTimeOffset OpenedAt)
{
    /// <summary>Gets when ops closed it; null while they have not. By itself it closes after <see cref="WriteBackPolicy.OverwriteWindow"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>Gets when it closed, or will close by itself.</summary>
    public DateTimeOffset EndOf(WriteBackPolicy policy) => ClosedAt ?? OpenedAt + (policy ?? throw new ArgumentNullException(nameof(policy))).OverwriteWindow;
}

using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>A store with rows about single leads. Erasing a person calls every one of them.</summary>
internal interface IErasable
{
    /// <summary>Gets a value indicating whether the store is about erasures themselves. It keeps nothing that leaves by age.</summary>
    bool IsAboutErasures => false;

    /// <summary>Stops what is on its way out about a lead that is hidden before it is erased. A no-op for most stores.</summary>
    Task HideAsync(LeadId leadId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Removes what names a person by these records, addresses and deals. They are tombstones, and the deals are nobody
    /// else's. Idempotent. A no-op for stores that name leads only.</summary>
    Task EraseAsync(IReadOnlyCollection<IdentityKey> keys, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Notes records of an erased person that tools may still have. Idempotent. A no-op for most stores.</summary>
    Task EraseElsewhereAsync(IReadOnlyCollection<IdentityKey> records, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Removes everything about a lead. Idempotent.</summary>
    Task EraseAsync(LeadId leadId, CancellationToken cancellationToken);
}

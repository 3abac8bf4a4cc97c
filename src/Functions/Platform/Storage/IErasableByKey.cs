using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>A store of rows that name persons by their keys, known leads or not. Erasing a person calls every one of them with
/// each key.</summary>
internal interface IErasableByKey
{
    /// <summary>Returns names of the rows that a key is in, for people to read.</summary>
    Task<IReadOnlyList<string>> FindAsync(IdentityKey key, CancellationToken cancellationToken);

    /// <summary>Removes the rows that a key is in. Idempotent.</summary>
    Task EraseAsync(IdentityKey key, CancellationToken cancellationToken);
}

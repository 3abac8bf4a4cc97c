using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Retention;

/// <summary>Persons who were erased lately.</summary>
/// <param name="hashes">Their keys, hashed.</param>
internal sealed class GonePersons(IReadOnlySet<string> hashes, PersonKeys keys)
{
    public bool AreNone => hashes.Count == 0;

    /// <summary>Whether a key is of one of them, under any pepper.</summary>
    public bool Have(IdentityKey key) => keys.Versions.Any(version => hashes.Contains(version.TableKeyOf(key)));
}

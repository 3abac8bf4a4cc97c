using System.Security.Cryptography;
using IntegrationHub.Functions.Platform.Settings;

namespace IntegrationHub.Functions.Platform.Storage;

/// <summary>Wraps the keys of stored bodies with the newest key of the settings, and unwraps them with the key that wrapped
/// them.</summary>
internal sealed class MasterKeys(ArchiveOptions options)
{
    /// <summary>Wraps a key as text: the version of the wrapping key, and the wrapped key in Base64.</summary>
    /// <param name="context">What the key belongs to.</param>
    public string Wrap(byte[] key, string context) =>
        $"{options.Keys[0].Version}:{Convert.ToBase64String(Sealing.Seal(options.Keys[0].Secret, key, context))}";

    /// <summary>Unwraps a key.</summary>
    /// <exception cref="CryptographicException">The settings do not have the key that wrapped it.</exception>
    public byte[] Unwrap(string wrapped, string context)
    {
        var at = wrapped.IndexOf(':', StringComparison.Ordinal);
        var master = options.Keys.FirstOrDefault(key => key.Version == wrapped[..Math.Max(0, at)])
            ?? throw new CryptographicException("Archive:Keys lacks the key that wrapped this one.");
        return Sealing.Open(master.Secret, Convert.FromBase64String(wrapped[(at + 1)..]), context);
    }
}

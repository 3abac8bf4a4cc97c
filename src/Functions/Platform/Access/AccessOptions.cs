using System.Security.Cryptography;
using System.Text;

namespace IntegrationHub.Functions.Platform.Access;

/// <summary>How callers show who they are. Section <c>Hub</c>.</summary>
internal sealed record AccessOptions
{
    /// <summary>Gets a value indicating whether App Service Authentication is on, so that its header may be believed.
    /// Default: false, since anybody could send the header.</summary>
    public bool SignIn { get; init; }

    /// <summary>Gets a value indicating whether a key may stand in the URL as <c>?code=</c>, where logs keep it.
    /// Default: true, and false with <see cref="SignIn"/>.</summary>
    public bool KeyInUrl { get; init; } = true;

    /// <summary>Gets the keys of machines.</summary>
    public IReadOnlyList<AccessKey> Keys { get; init; } = [];
}

/// <summary>A key. Only its hash stays in memory.</summary>
/// <param name="Name">The name in the audit.</param>
/// <param name="Hash">SHA-256 of the key.</param>
internal sealed record AccessKey(string Name, byte[] Hash, IReadOnlyCollection<Role> Roles)
{
    /// <summary>Makes a key from its text.</summary>
    public static AccessKey Of(string name, string key, IReadOnlyCollection<Role> roles) =>
        new(name, SHA256.HashData(Encoding.UTF8.GetBytes(key)), roles);
}

using System.Security.Cryptography;
using System.Text;
using IntegrationHub.LocalPlatform.FunctionsHost.Functions;
using IntegrationHub.LocalPlatform.FunctionsHost.Settings;
using Microsoft.AspNetCore.Http;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Http;

/// <summary>
/// The keys that open HTTP functions: the default key opens all but <c>Admin</c>, the master key opens everything, and
/// a function may have keys of its own.
/// </summary>
/// <remarks>
/// Settings: <c>Hub:FunctionKey</c>, <c>Hub:MasterKey</c>, <c>Hub:FunctionKeys:{function}</c> or
/// <c>Hub:FunctionKeys:{function}:{name}</c>. Default and master key are created on the first start when they are not
/// set, and kept in the data directory.
/// </remarks>
internal sealed class FunctionKeys
{
    private const string Header = "x-functions-key";

    private readonly byte[] _default;
    private readonly byte[] _master;
    private readonly ILookup<string, byte[]> _ofFunctions;

    private FunctionKeys(string @default, string master, ILookup<string, byte[]> ofFunctions) =>
        (Default, _default, _master, _ofFunctions) = (@default, Hash(@default), Hash(master), ofFunctions);

    /// <summary>Gets the default key. The worker gets it too, as <c>Hub:FunctionKey</c>: an app that decides itself
    /// who may call what has functions of the level <c>Anonymous</c>.</summary>
    public string Default { get; }

    /// <summary>Reads the keys from the settings or the data directory, or creates them.</summary>
    public static FunctionKeys Load(AppSettings settings, string dataDirectory)
    {
        var ofFunctions =
            from function in settings.Values.GetSection("Hub:FunctionKeys").GetChildren()
            from key in function.GetChildren().Select(each => each.Value).Append(function.Value)
            where !string.IsNullOrWhiteSpace(key)
            select (Function: function.Key, Hash: Hash(key.Trim()));
        return new(
            settings["Hub:FunctionKey"]?.Trim() ?? Keep(Path.Combine(dataDirectory, "function-key"), "Function key", isPrinted: true),
            settings["Hub:MasterKey"]?.Trim() ?? Keep(Path.Combine(dataDirectory, "master-key"), "Master key", isPrinted: false),
            ofFunctions.ToLookup(each => each.Function, each => each.Hash, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>
    /// Returns whether a request shows a key that opens the function. The header counts where there is one, else
    /// <c>?code=</c>.
    /// </summary>
    public bool Open(string function, AccessLevel level, HttpRequest request)
    {
        if (level == AccessLevel.Anonymous)
        {
            return true;
        }

        var shown = request.Headers.TryGetValue(Header, out var header) ? header : request.Query["code"];
        if (shown is not [{ Length: > 0 } key])
        {
            return false;
        }

        var hash = Hash(key);
        return IsSame(hash, _master)
            || (level == AccessLevel.Function && (IsSame(hash, _default) || _ofFunctions[function].Any(own => IsSame(hash, own))));
    }

    private static bool IsSame(byte[] shown, byte[] key) => CryptographicOperations.FixedTimeEquals(shown, key);

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static string Keep(string path, string what, bool isPrinted) => KeptSecret.Load(
        path, what, isPrinted,
        () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(40)).Replace('+', '-').Replace('/', '_').TrimEnd('='));
}

using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The one key that callers show, from the setting <c>Hub:FunctionKey</c> or made on first start and kept in the data directory.</summary>
internal sealed class FunctionKey
{
    private const string FileName = "function-key";

    private readonly byte[] _hash;

    private FunctionKey(string key) => _hash = Hash(key);

    /// <summary>Takes the key of the settings or else the kept one; makes, keeps and prints one where there is neither.</summary>
    public static FunctionKey Load(string? setting, string dataDirectory)
    {
        if (!string.IsNullOrWhiteSpace(setting))
        {
            return new(setting.Trim());
        }

        var path = Path.Combine(dataDirectory, FileName);
        return new(File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } kept ? kept : Make(path));
    }

    /// <summary>Whether a request shows the key: the header <c>x-functions-key</c> counts where there is one, else <c>?code=</c>.</summary>
    public bool IsShownBy(HttpRequest request)
    {
        var shown = request.Headers.TryGetValue("x-functions-key", out var header) ? header : request.Query["code"];
        return shown is [{ Length: > 0 } key] && CryptographicOperations.FixedTimeEquals(Hash(key), _hash);
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static string Make(string path)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(40)).Replace('+', '-').Replace('/', '_').TrimEnd('=');
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new StreamWriter(path, options))
        {
            file.WriteLine(key);
        }

        // Printed and not logged: logs travel, a key should not.
        Console.WriteLine($"Function key (made now, kept in {path}): {key}");
        return key;
    }
}

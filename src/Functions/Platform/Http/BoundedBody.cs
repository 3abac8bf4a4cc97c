using Microsoft.AspNetCore.Http;

namespace IntegrationHub.Functions.Platform.Http;

/// <summary>Reads what callers of the API post. Orders are short, so a long body is refused before it fills the memory.</summary>
internal static class BoundedBody
{
    /// <summary>The longest body, in bytes.</summary>
    public const int Longest = 16 * 1024;

    /// <summary>Reads a body as UTF-8.</summary>
    /// <returns>An empty text when it is longer than <see cref="Longest"/>: no order is empty.</returns>
    public static async Task<string> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var bytes = new byte[Longest + 1];
        var read = await request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        using var text = new StreamReader(new MemoryStream(bytes, 0, read));
        return read > Longest ? "" : await text.ReadToEndAsync(cancellationToken);
    }
}

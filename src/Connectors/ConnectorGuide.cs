namespace IntegrationHub.Connectors;

/// <summary>The steps by which a person sets a tool up, as the README of its connector has them.</summary>
public static class ConnectorGuide
{
    private static readonly string[] Titles = ["## Set it up", "## What to subscribe to", "## What to send"];

    /// <summary>Returns the steps of a vendor; what its README begins with, when that has none; empty without a
    /// README.</summary>
    /// <param name="type">The vendor, as in <c>Connectors:{name}:Type</c>.</param>
    /// <param name="name">The connector's name.</param>
    /// <param name="hubUrl">The public address of the hub.</param>
    public static IReadOnlyList<string> StepsOf(string type, string name, Uri hubUrl)
    {
        var assembly = typeof(ConnectorGuide).Assembly;
        var readme = Array.Find(assembly.GetManifestResourceNames(), each => each.Replace('\\', '/') == $"{type}/README.md");
        using var stream = readme is null ? null : assembly.GetManifestResourceStream(readme);
        if (stream is null)
        {
            return [];
        }

        using var reader = new StreamReader(stream);
        var lines = reader.ReadToEnd().ReplaceLineEndings("\n").Split('\n').ToList();
        var start = Math.Max(0, lines.FindIndex(Titles.Contains));
        return
        [
            .. lines.Skip(start + 1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
                .Select(line => line.Replace("{Hub:PublicUrl}", hubUrl.AbsoluteUri.TrimEnd('/'), StringComparison.Ordinal)
                    .Replace("webhooks/{name}", $"webhooks/{name}", StringComparison.Ordinal))
                .SkipWhile(string.IsNullOrWhiteSpace),
        ];
    }
}

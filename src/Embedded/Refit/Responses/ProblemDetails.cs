using System.Text.Json.Serialization;

namespace Refit;

/// <summary>Problem details as RFC 9457 has them.</summary>
public class ProblemDetails
{
    /// <summary>Gets or sets the URI of the kind of problem. Default: <c>about:blank</c>.</summary>
    public string? Type { get; set; } = "about:blank";

    /// <summary>Gets or sets the kind of problem in words.</summary>
    public string? Title { get; set; }

    /// <summary>Gets or sets the status; 0 where the answer does not repeat it.</summary>
    public int Status { get; set; }

    /// <summary>Gets or sets this problem in words.</summary>
    public string? Detail { get; set; }

    /// <summary>Gets or sets the URI of this problem.</summary>
    public string? Instance { get; set; }

    /// <summary>Gets what is wrong with each field.</summary>
    public Dictionary<string, string[]> Errors { get; init; } = [];

    /// <summary>Gets all that is not above.</summary>
    [JsonExtensionData]
    public IDictionary<string, object> Extensions { get; init; } = new Dictionary<string, object>(StringComparer.Ordinal);
}

using System.Text.Json;

namespace IntegrationHub.Cli.Hubs;

/// <summary>The answer of a hub, or the reason why it gave none.</summary>
internal abstract record HubAnswer
{
    /// <summary>The hub did what was asked.</summary>
    /// <param name="Json">What it answered.</param>
    public sealed record Done(JsonElement Json) : HubAnswer;

    /// <summary>A server answers, but does not do what was asked.</summary>
    /// <param name="Why">The reason, for people.</param>
    public sealed record Refused(string Why) : HubAnswer;

    /// <summary>Nobody answers.</summary>
    /// <param name="Why">The reason, for people.</param>
    public sealed record Absent(string Why) : HubAnswer;
}

namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>One run of a function.</summary>
/// <param name="id">Its id, unique for the life of the host.</param>
/// <param name="function">The name of the function.</param>
/// <param name="startedAt">When it started, as a timestamp of the host's clock.</param>
internal sealed class Invocation(string id, string function, long startedAt)
{
    public string Id => id;

    /// <summary>Gets the name of the function.</summary>
    public string Function => function;

    /// <summary>Gets when it started, as a timestamp of the host's clock.</summary>
    public long StartedAt => startedAt;

    /// <summary>Gets or sets whether it ran for longer than host.json allows.</summary>
    public bool TimedOut { get; set; }
}

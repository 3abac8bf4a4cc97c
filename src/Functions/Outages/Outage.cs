namespace IntegrationHub.Functions.Outages;

/// <summary>Why the hub receives nothing from a tool.</summary>
public enum OutageKind
{
    /// <summary>The tool does not answer.</summary>
    Failing,

    /// <summary>The tool rejects the connector's credentials.</summary>
    NeedsAuthorization,

    /// <summary>The tool is polled and has been unreachable for too long.</summary>
    Late,

    /// <summary>Deliveries wait in the queue for too long.</summary>
    Backlog,

    /// <summary>The tool's webhook is quiet for much longer than usual.</summary>
    Silent,
}

/// <summary>A time in which the hub cannot see a tool's news.</summary>
internal sealed record Outage
{
    /// <summary>The <see cref="Connector"/> of an outage of the queue, which all tools share. It is not
    /// a valid connector name.</summary>
    public const string Inbound = "$inbound";

    public required string Connector { get; init; }

    public required OutageKind Kind { get; init; }

    /// <summary>Gets since when nothing was received.</summary>
    public required DateTimeOffset Since { get; init; }

    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>Gets a value indicating whether ops were notified.</summary>
    public bool Reported { get; init; }

    /// <summary>Gets since when it works again; null while it does not.</summary>
    public DateTimeOffset? WorksSince { get; init; }

    /// <summary>Gets the key of the ops notice. A silent webhook has its own, apart from a broken connector.</summary>
    public string Key => Kind == OutageKind.Silent ? $"silent:{Connector}" : $"blind:{Connector}";

    /// <summary>Gets a value indicating whether alerts on the connector's leads wait. Silence
    /// alone may be a quiet week.</summary>
    public bool Blinds => Kind != OutageKind.Silent;

    /// <summary>Gets the description that alerts show as their reason.</summary>
    public string Words => (Kind, WorksSince) switch
    {
        (_, not null) => $"{Name} catches up",
        (OutageKind.Failing, _) => $"{Name} does not answer",
        (OutageKind.NeedsAuthorization, _) => $"{Name} needs authorization",
        (OutageKind.Late, _) => $"{Name} is late",
        (OutageKind.Backlog, _) => "what the tools said waits in the queue",
        (OutageKind.Silent, _) => $"{Name} is silent",
        _ => throw new InvalidOperationException($"Unknown outage {Kind}."),
    };

    private string Name => Connector == Inbound ? "the queue" : Connector;
}

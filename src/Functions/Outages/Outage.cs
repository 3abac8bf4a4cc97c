namespace IntegrationHub.Functions.Outages;

/// <summary>Why the hub does not hear of a tool what it should.</summary>
public enum OutageKind
{
    /// <summary>It does not answer.</summary>
    Failing,

    /// <summary>It no longer takes the connector's credentials.</summary>
    NeedsAuthorization,

    /// <summary>It is polled and has not been reached for too long.</summary>
    Late,

    /// <summary>What the tools said waits in the queue for too long.</summary>
    Backlog,

    /// <summary>Its webhook has said nothing for much longer than it ever does.</summary>
    Silent,
}

/// <summary>A time in which the hub is blind for a tool.</summary>
public sealed record Outage
{
    /// <summary>The <see cref="Connector"/> of a backlog in the queue, which all of them share: no connector can be called so.</summary>
    public const string Inbound = "$inbound";

    /// <summary>Gets the connector, or <see cref="Inbound"/>.</summary>
    public required string Connector { get; init; }

    /// <summary>Gets why.</summary>
    public required OutageKind Kind { get; init; }

    /// <summary>Gets since when nothing has been heard.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Gets when the hub noticed.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>Gets a value indicating whether ops have been told.</summary>
    public bool Told { get; init; }

    /// <summary>Gets since when it works again; null while it does not.</summary>
    public DateTimeOffset? WorksSince { get; init; }

    /// <summary>Gets the key of the notice that tells ops; a silent webhook is another matter than a broken connector.</summary>
    public string Key => Kind == OutageKind.Silent ? $"silent:{Connector}" : $"blind:{Connector}";

    /// <summary>Gets a value indicating whether leads that depend on the connector are not told of. Silence alone may be a quiet week.</summary>
    public bool Blinds => Kind != OutageKind.Silent;

    /// <summary>Gets what it is, in words, for fates.</summary>
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

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace IntegrationHub.LocalPlatform.ServiceBus;

/// <summary>The port, the data directory and the entities of a local Service Bus broker.</summary>
public sealed class LocalBusOptions
{
    /// <summary>Gets the port on 127.0.0.1. Default: 0, a free one.</summary>
    public int Port { get; init; }

    /// <summary>
    /// Gets the directory of its messages and control files. It is created when missing; one broker at a time may use
    /// it.
    /// </summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// Gets the file that names its queues, topics and subscriptions, in the form of <c>infra/topology.json</c>.
    /// </summary>
    public required string TopologyFile { get; init; }

    /// <summary>Gets the clock of locks, lives, schedules and duplicate windows. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Gets where it reports what clients cannot see. Default: nowhere.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}

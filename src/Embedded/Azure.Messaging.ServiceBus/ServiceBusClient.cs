using Azure.Core;
using Azure.Messaging.ServiceBus.Embedded;

namespace Azure.Messaging.ServiceBus;

/// <summary>
/// Not for production: the embedded platform's way to its broker, in this process, on this machine. Makes senders and receivers; thread-safe, meant to live
/// long, and closing what it made when it is disposed.
/// </summary>
public class ServiceBusClient : IAsyncDisposable
{
    private readonly Broker? _broker;
    private readonly ServiceBusRetryOptions _retryOptions = new();
    private int _isClosed;

    /// <summary>Opens the broker that a connection string names: <c>Endpoint=sb://embedded/;DataDirectory=…;Topology=…</c>.</summary>
    /// <param name="connectionString">The connection string.</param>
    public ServiceBusClient(string connectionString)
        : this(connectionString, new ServiceBusClientOptions())
    {
    }

    /// <summary>Opens the broker that a connection string names: <c>Endpoint=sb://embedded/;DataDirectory=…;Topology=…</c>.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    public ServiceBusClient(string connectionString, ServiceBusClientOptions? options)
    {
        var connection = EmbeddedConnection.Parse(connectionString);
        FullyQualifiedNamespace = connection.Host;
        Identifier = options?.Identifier ?? $"{connection.Host}-{Guid.NewGuid()}";
        _retryOptions = options?.RetryOptions ?? _retryOptions;
        _broker = Broker.Acquire(connection, clock: null);
    }

    /// <summary>Fails: the embedded platform has no way to a namespace in Azure.</summary>
    /// <param name="fullyQualifiedNamespace">The namespace.</param>
    /// <param name="credential">The identity.</param>
    public ServiceBusClient(string fullyQualifiedNamespace, TokenCredential credential)
        : this(fullyQualifiedNamespace, credential, null)
    {
    }

    /// <summary>Fails: the embedded platform has no way to a namespace in Azure.</summary>
    /// <param name="fullyQualifiedNamespace">The namespace.</param>
    /// <param name="credential">The identity.</param>
    /// <param name="options">Settings.</param>
    public ServiceBusClient(string fullyQualifiedNamespace, TokenCredential credential, ServiceBusClientOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(fullyQualifiedNamespace);
        ArgumentNullException.ThrowIfNull(credential);
        throw new NotSupportedException(
            $"The embedded platform cannot reach '{fullyQualifiedNamespace}' with {credential.GetType().Name}. "
            + "Give a connection string Endpoint=sb://embedded/;DataDirectory=…;Topology=…, or build with -p:HubPlatform=Azure.");
    }

    /// <summary>Makes a client that reaches nothing, for test doubles.</summary>
    protected ServiceBusClient()
    {
    }

    /// <summary>Gets the namespace; <c>embedded</c> here.</summary>
    public virtual string FullyQualifiedNamespace { get; } = "embedded";

    /// <summary>Gets the client's name in logs.</summary>
    public virtual string Identifier { get; } = "";

    /// <summary>Gets whether the client was disposed.</summary>
    public virtual bool IsClosed => _isClosed != 0;

    internal TimeSpan TryTimeout => _retryOptions.TryTimeout;

    internal Broker Broker
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, typeof(ServiceBusClient));
            return _broker ?? throw new InvalidOperationException("This client was made without a connection.");
        }
    }

    /// <summary>Makes a sender to a queue or topic.</summary>
    /// <param name="queueOrTopicName">Its name; whether it exists is seen on the first send.</param>
    /// <returns>The sender.</returns>
    public virtual ServiceBusSender CreateSender(string queueOrTopicName) => new(this, queueOrTopicName, null);

    /// <summary>Makes a sender to a queue or topic.</summary>
    /// <param name="queueOrTopicName">Its name; whether it exists is seen on the first send.</param>
    /// <param name="options">Settings.</param>
    /// <returns>The sender.</returns>
    public virtual ServiceBusSender CreateSender(string queueOrTopicName, ServiceBusSenderOptions? options) => new(this, queueOrTopicName, options);

    /// <summary>Makes a receiver of a queue.</summary>
    /// <param name="queueName">Its name; whether it exists is seen on the first receive.</param>
    /// <returns>The receiver.</returns>
    public virtual ServiceBusReceiver CreateReceiver(string queueName) => CreateReceiver(queueName, new ServiceBusReceiverOptions());

    /// <summary>Makes a receiver of a queue.</summary>
    /// <param name="queueName">Its name; whether it exists is seen on the first receive.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <returns>The receiver.</returns>
    public virtual ServiceBusReceiver CreateReceiver(string queueName, ServiceBusReceiverOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queueName);
        return new(queueName, this, options);
    }

    /// <summary>Makes a receiver of a subscription.</summary>
    /// <param name="topicName">The topic's name.</param>
    /// <param name="subscriptionName">The subscription's name.</param>
    /// <returns>The receiver.</returns>
    public virtual ServiceBusReceiver CreateReceiver(string topicName, string subscriptionName) =>
        CreateReceiver(topicName, subscriptionName, new ServiceBusReceiverOptions());

    /// <summary>Makes a receiver of a subscription.</summary>
    /// <param name="topicName">The topic's name.</param>
    /// <param name="subscriptionName">The subscription's name.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <returns>The receiver.</returns>
    public virtual ServiceBusReceiver CreateReceiver(string topicName, string subscriptionName, ServiceBusReceiverOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(topicName);
        ArgumentException.ThrowIfNullOrWhiteSpace(subscriptionName);
        return new(EntityPath.OfSubscription(topicName, subscriptionName), this, options);
    }

    /// <summary>Closes the client and all it made; the broker closes with its last client.</summary>
    /// <returns>When it is done.</returns>
    public virtual ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            _broker?.EndWaits(this, static () => new ObjectDisposedException(nameof(ServiceBusClient)));
            _broker?.Release();
        }

        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

using Azure.Messaging.ServiceBus.Embedded;

namespace Azure.Messaging.ServiceBus;

/// <summary>Sends to one queue or topic. A send returns only after the message is on the disk. Thread-safe.</summary>
public class ServiceBusSender : IAsyncDisposable
{
    private readonly ServiceBusClient? _client;
    private volatile bool _isClosed;

    /// <summary>Makes a sender that reaches nothing, for test doubles.</summary>
    protected ServiceBusSender()
    {
    }

    internal ServiceBusSender(ServiceBusClient client, string queueOrTopicName, ServiceBusSenderOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queueOrTopicName);
        _client = client;
        EntityPath = queueOrTopicName;
        Identifier = options?.Identifier ?? $"{queueOrTopicName}-{Guid.NewGuid()}";
    }

    /// <summary>Gets the namespace.</summary>
    public virtual string FullyQualifiedNamespace => _client?.FullyQualifiedNamespace ?? "";

    /// <summary>Gets the queue or topic.</summary>
    public virtual string EntityPath { get; } = "";

    /// <summary>Gets the sender's name in logs.</summary>
    public virtual string Identifier { get; } = "";

    /// <summary>Gets whether the sender, or its client, was closed.</summary>
    public virtual bool IsClosed => _isClosed || _client is { IsClosed: true };

    private Broker Broker
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(ServiceBusSender));
            return _client?.Broker ?? throw new InvalidOperationException("This sender was made without a client.");
        }
    }

    /// <summary>Sends one message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Looked at before the message is handed over; then the send is seen through.</param>
    /// <returns>When it is on the disk.</returns>
    public virtual Task SendMessageAsync(ServiceBusMessage message, CancellationToken cancellationToken = default) => SendMessagesAsync([message], cancellationToken);

    /// <summary>Sends several messages: all or none.</summary>
    /// <param name="messages">The messages; none is fine.</param>
    /// <param name="cancellationToken">Looked at before the messages are handed over; then the send is seen through.</param>
    /// <returns>When they are on the disk.</returns>
    /// <exception cref="ServiceBusException">Together they are larger than 256 KiB.</exception>
    public virtual async Task SendMessagesAsync(IEnumerable<ServiceBusMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        await AcceptAsync(Prepare(messages, scheduledFor: null), cancellationToken);
    }

    /// <summary>Sends a batch: all of it or nothing.</summary>
    /// <param name="messageBatch">The batch; an empty one is fine.</param>
    /// <param name="cancellationToken">Looked at before the batch is handed over; then the send is seen through.</param>
    /// <returns>When it is on the disk.</returns>
    public virtual async Task SendMessagesAsync(ServiceBusMessageBatch messageBatch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messageBatch);
        await AcceptAsync(messageBatch.Messages, cancellationToken);
    }

    /// <summary>Makes an empty batch of the largest size.</summary>
    /// <param name="cancellationToken">Ends the wait for the broker.</param>
    /// <returns>The batch.</returns>
    public virtual ValueTask<ServiceBusMessageBatch> CreateMessageBatchAsync(CancellationToken cancellationToken = default) =>
        CreateMessageBatchAsync(new(), cancellationToken);

    /// <summary>Makes an empty batch.</summary>
    /// <param name="options">How large it may grow.</param>
    /// <param name="cancellationToken">Ends the wait for the broker.</param>
    /// <returns>The batch.</returns>
    public virtual ValueTask<ServiceBusMessageBatch> CreateMessageBatchAsync(CreateMessageBatchOptions? options, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var size = options?.MaxSizeInBytes ?? MessageSize.Max;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MessageSize.Max, nameof(options));
        return new(new ServiceBusMessageBatch(size, message => Prepare(message, scheduledFor: null)));
    }

    /// <summary>Sends a message that can be received from a later time on.</summary>
    /// <param name="message">The message.</param>
    /// <param name="scheduledEnqueueTime">When; a time that is past is now.</param>
    /// <param name="cancellationToken">Looked at before the message is handed over.</param>
    /// <returns>The sequence number that cancels it.</returns>
    public virtual async Task<long> ScheduleMessageAsync(
        ServiceBusMessage message, DateTimeOffset scheduledEnqueueTime, CancellationToken cancellationToken = default) =>
        (await ScheduleMessagesAsync([message], scheduledEnqueueTime, cancellationToken))[0];

    /// <summary>Sends messages that can be received from a later time on: all or none.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="scheduledEnqueueTime">When; a time that is past is now.</param>
    /// <param name="cancellationToken">Looked at before the messages are handed over.</param>
    /// <returns>The sequence numbers that cancel them, in order.</returns>
    public virtual async Task<IReadOnlyList<long>> ScheduleMessagesAsync(
        IEnumerable<ServiceBusMessage> messages, DateTimeOffset scheduledEnqueueTime, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return await AcceptAsync(Prepare(messages, scheduledEnqueueTime), cancellationToken);
    }

    /// <summary>Takes back a scheduled message.</summary>
    /// <param name="sequenceNumber">What scheduling it answered.</param>
    /// <param name="cancellationToken">Looked at before the broker is asked.</param>
    /// <returns>When it is gone.</returns>
    /// <exception cref="ServiceBusException">No message is scheduled under this number.</exception>
    public virtual Task CancelScheduledMessageAsync(long sequenceNumber, CancellationToken cancellationToken = default) =>
        CancelScheduledMessagesAsync([sequenceNumber], cancellationToken);

    /// <summary>Takes back scheduled messages: all or none.</summary>
    /// <param name="sequenceNumbers">What scheduling them answered.</param>
    /// <param name="cancellationToken">Looked at before the broker is asked.</param>
    /// <returns>When they are gone.</returns>
    /// <exception cref="ServiceBusException">No message is scheduled under one of the numbers.</exception>
    public virtual async Task CancelScheduledMessagesAsync(IEnumerable<long> sequenceNumbers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequenceNumbers);
        cancellationToken.ThrowIfCancellationRequested();
        List<long> sequences = [.. sequenceNumbers];
        Broker.Topology.Route(EntityPath, new());
        await Broker.RunAsync(state =>
        {
            state.Entity(EntityPath).Cancel(sequences);
            return true;
        });
    }

    /// <summary>Closes the sender.</summary>
    /// <param name="cancellationToken">Not needed here.</param>
    /// <returns>When it is done.</returns>
    public virtual Task CloseAsync(CancellationToken cancellationToken = default)
    {
        _isClosed = true;
        return Task.CompletedTask;
    }

    /// <summary>Closes the sender.</summary>
    /// <returns>When it is done.</returns>
    public virtual async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    private List<Incoming> Prepare(IEnumerable<ServiceBusMessage> messages, DateTimeOffset? scheduledFor)
    {
        List<Incoming> prepared = [.. messages.Select(message => Prepare(message, scheduledFor))];
        var size = prepared.Sum(MessageSize.Of);
        return size <= MessageSize.Max
            ? prepared
            : throw new ServiceBusException(
                $"The messages have {size} bytes with their framing, and {MessageSize.Max} are allowed.",
                ServiceBusFailureReason.MessageSizeExceeded,
                EntityPath);
    }

    private Incoming Prepare(ServiceBusMessage message, DateTimeOffset? scheduledFor)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.SessionId is not null)
        {
            throw new InvalidOperationException($"The entity '{EntityPath}' has no sessions, and the message has the SessionId '{message.SessionId}'.");
        }

        message.ScheduledEnqueueTime = scheduledFor ?? message.ScheduledEnqueueTime;
        var content = message.Content;
        if (content.MessageId is null)
        {
            content = content.Clone();
            content.MessageId = Guid.NewGuid().ToString("N");
        }

        return new(
            content.MessageId!,
            content.TimeToLive,
            content.ScheduledEnqueueTime.UtcTicks,
            Broker.Topology.Route(EntityPath, content),
            content.Encode());
    }

    private async Task<IReadOnlyList<long>> AcceptAsync(IReadOnlyList<Incoming> messages, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return messages.Count == 0
            ? []
            : await Broker.RunAsync<IReadOnlyList<long>>(state =>
            {
                var entity = state.Entity(EntityPath);
                return [.. messages.Select(entity.Accept)];
            });
    }
}

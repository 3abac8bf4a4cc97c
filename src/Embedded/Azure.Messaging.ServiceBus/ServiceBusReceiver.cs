using System.Runtime.CompilerServices;
using Azure.Messaging.ServiceBus.Embedded;

namespace Azure.Messaging.ServiceBus;

/// <summary>Receives from one queue or subscription, or its dead-letter queue, and settles what it received. Thread-safe.</summary>
public class ServiceBusReceiver : IAsyncDisposable
{
    private const int MaxReasonLength = 4096;
    private static readonly Dictionary<string, object?> NoChanges = [];
    private readonly ServiceBusClient? _client;
    private long _nextPeek;
    private volatile bool _isClosed;

    /// <summary>Makes a receiver that reaches nothing, for test doubles.</summary>
    protected ServiceBusReceiver()
    {
    }

    internal ServiceBusReceiver(string entity, ServiceBusClient client, ServiceBusReceiverOptions? options)
    {
        _client = client;
        EntityPath = options?.SubQueue == SubQueue.DeadLetter ? Embedded.EntityPath.OfDeadLetters(entity) : entity;
        ReceiveMode = options?.ReceiveMode ?? ServiceBusReceiveMode.PeekLock;
        PrefetchCount = options?.PrefetchCount ?? 0;
        Identifier = options?.Identifier ?? $"{EntityPath}-{Guid.NewGuid()}";
    }

    /// <summary>Gets the namespace.</summary>
    public virtual string FullyQualifiedNamespace => _client?.FullyQualifiedNamespace ?? "";

    /// <summary>Gets what is received from, such as <c>topic/Subscriptions/name</c>.</summary>
    public virtual string EntityPath { get; } = "";

    /// <summary>Gets what a receive does to the message.</summary>
    public virtual ServiceBusReceiveMode ReceiveMode { get; }

    /// <summary>Gets how many messages were asked to be fetched ahead.</summary>
    public virtual int PrefetchCount { get; }

    /// <summary>Gets the receiver's name in logs.</summary>
    public virtual string Identifier { get; } = "";

    /// <summary>Gets whether the receiver, or its client, was closed.</summary>
    public virtual bool IsClosed => _isClosed || _client is { IsClosed: true };

    private Broker Broker
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(ServiceBusReceiver));
            var broker = _client?.Broker ?? throw new InvalidOperationException("This receiver was made without a client.");
            broker.Topology.RequireSource(EntityPath);
            return broker;
        }
    }

    /// <summary>Receives a message, waiting for one if there is none.</summary>
    /// <param name="maxWaitTime">How long to wait at most; null is the client's try timeout, a minute unless set.</param>
    /// <param name="cancellationToken">Ends the wait; a message is never lost by it.</param>
    /// <returns>The message, or null when the time is over.</returns>
    public virtual async Task<ServiceBusReceivedMessage?> ReceiveMessageAsync(TimeSpan? maxWaitTime = default, CancellationToken cancellationToken = default)
    {
        var messages = await ReceiveMessagesAsync(1, maxWaitTime, cancellationToken);
        return messages.Count > 0 ? messages[0] : null;
    }

    /// <summary>Receives messages, waiting for the first if there is none.</summary>
    /// <param name="maxMessages">How many at most; fewer come when there are fewer.</param>
    /// <param name="maxWaitTime">How long to wait at most; null is the client's try timeout, a minute unless set.</param>
    /// <param name="cancellationToken">Ends the wait; a message is never lost by it.</param>
    /// <returns>The messages, none when the time is over.</returns>
    public virtual async Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveMessagesAsync(
        int maxMessages, TimeSpan? maxWaitTime = default, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessages, 1);
        if (maxWaitTime < TimeSpan.Zero || (maxWaitTime == TimeSpan.Zero && PrefetchCount == 0))
        {
            throw new ArgumentOutOfRangeException(nameof(maxWaitTime), maxWaitTime, "The wait has to be longer than zero; zero is fine with a prefetch count.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        var broker = Broker;
        var receive = new ReceiveOperation(EntityPath, maxMessages, ReceiveMode, maxWaitTime ?? _client!.TryTimeout, this);
        return Messages(await broker.ReceiveAsync(receive, cancellationToken));
    }

    /// <summary>Receives messages one after the other until it is cancelled.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The messages.</returns>
    public virtual async IAsyncEnumerable<ServiceBusReceivedMessage> ReceiveMessagesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (await ReceiveMessageAsync(null, cancellationToken) is { } message)
            {
                yield return message;
            }
        }
    }

    /// <summary>Brings back a deferred message, locked.</summary>
    /// <param name="sequenceNumber">Its number.</param>
    /// <param name="cancellationToken">Looked at before the broker is asked.</param>
    /// <returns>The message.</returns>
    /// <exception cref="ServiceBusException">No deferred message has this number, or it is locked.</exception>
    public virtual async Task<ServiceBusReceivedMessage> ReceiveDeferredMessageAsync(long sequenceNumber, CancellationToken cancellationToken = default) =>
        (await ReceiveDeferredMessagesAsync([sequenceNumber], cancellationToken))[0];

    /// <summary>Brings back deferred messages, locked: all or none.</summary>
    /// <param name="sequenceNumbers">Their numbers.</param>
    /// <param name="cancellationToken">Looked at before the broker is asked.</param>
    /// <returns>The messages.</returns>
    /// <exception cref="ServiceBusException">No deferred message has one of the numbers, or it is locked.</exception>
    public virtual async Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveDeferredMessagesAsync(
        IEnumerable<long> sequenceNumbers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequenceNumbers);
        cancellationToken.ThrowIfCancellationRequested();
        List<long> sequences = [.. sequenceNumbers];
        return Messages(await Broker.RunAsync(state => state.Queue(EntityPath).TakeDeferred(sequences, ReceiveMode)));
    }

    /// <summary>Looks at a message without taking it; shows deferred and scheduled ones too.</summary>
    /// <param name="fromSequenceNumber">The lowest number to look at; null goes on after the last one this receiver peeked.</param>
    /// <param name="cancellationToken">Looked at before the broker is asked.</param>
    /// <returns>The message, or null when there is none.</returns>
    public virtual async Task<ServiceBusReceivedMessage?> PeekMessageAsync(long? fromSequenceNumber = default, CancellationToken cancellationToken = default)
    {
        var messages = await PeekMessagesAsync(1, fromSequenceNumber, cancellationToken);
        return messages.Count > 0 ? messages[0] : null;
    }

    /// <summary>Looks at messages without taking them; shows deferred and scheduled ones too.</summary>
    /// <param name="maxMessages">How many at most.</param>
    /// <param name="fromSequenceNumber">The lowest number to look at; null goes on after the last one this receiver peeked.</param>
    /// <param name="cancellationToken">Looked at before the broker is asked.</param>
    /// <returns>The messages in order.</returns>
    public virtual async Task<IReadOnlyList<ServiceBusReceivedMessage>> PeekMessagesAsync(
        int maxMessages, long? fromSequenceNumber = default, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessages, 1);
        cancellationToken.ThrowIfCancellationRequested();
        var from = fromSequenceNumber ?? Volatile.Read(ref _nextPeek);
        var messages = Messages(await Broker.RunAsync(state => state.Queue(EntityPath).Peek(from, maxMessages)));
        if (messages.Count > 0)
        {
            Volatile.Write(ref _nextPeek, messages[^1].SequenceNumber + 1);
        }

        return messages;
    }

    /// <summary>Says that a message is done; it is deleted.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Looked at before the broker is asked.</param>
    /// <returns>When it is on the disk.</returns>
    /// <exception cref="ServiceBusException">Its lock is lost.</exception>
    public virtual Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        SettleAsync(message, static (queue, token) => queue.Complete(token), cancellationToken);

    /// <summary>Gives a message back; it can be received again at once, until it was delivered too often.</summary>
    /// <param name="message">The message.</param>
    /// <param name="propertiesToModify">Application properties to set.</param>
    /// <param name="cancellationToken">Looked at before the broker is asked.</param>
    /// <returns>When it is on the disk.</returns>
    /// <exception cref="ServiceBusException">Its lock is lost.</exception>
    public virtual Task AbandonMessageAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object>? propertiesToModify = default, CancellationToken cancellationToken = default)
    {
        var changes = Changes(propertiesToModify, null, null);
        return SettleAsync(message, (queue, token) => queue.Abandon(token, changes), cancellationToken);
    }

    /// <summary>Sets a message aside, to be had by its sequence number only.</summary>
    /// <param name="message">The message.</param>
    /// <param name="propertiesToModify">Application properties to set.</param>
    /// <param name="cancellationToken">Looked at before the broker is asked.</param>
    /// <returns>When it is on the disk.</returns>
    /// <exception cref="ServiceBusException">Its lock is lost.</exception>
    public virtual Task DeferMessageAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object>? propertiesToModify = default, CancellationToken cancellationToken = default)
    {
        var changes = Changes(propertiesToModify, null, null);
        return SettleAsync(message, (queue, token) => queue.Defer(token, changes), cancellationToken);
    }

    /// <summary>Moves a message to the dead-letter queue.</summary>
    /// <param name="message">The message.</param>
    /// <param name="deadLetterReason">Why, at most 4096 characters.</param>
    /// <param name="deadLetterErrorDescription">What more there is to say, at most 4096 characters.</param>
    /// <param name="cancellationToken">Looked at before the broker is asked.</param>
    /// <returns>When it is on the disk.</returns>
    /// <exception cref="ServiceBusException">Its lock is lost.</exception>
    public virtual Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        string deadLetterReason,
        string? deadLetterErrorDescription = default,
        CancellationToken cancellationToken = default) =>
        DeadLetterAsync(message, Changes(null, deadLetterReason, deadLetterErrorDescription), cancellationToken);

    /// <summary>Moves a message to the dead-letter queue.</summary>
    /// <param name="message">The message.</param>
    /// <param name="propertiesToModify">Application properties to set.</param>
    /// <param name="cancellationToken">Looked at before the broker is asked.</param>
    /// <returns>When it is on the disk.</returns>
    /// <exception cref="ServiceBusException">Its lock is lost.</exception>
    public virtual Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message, IDictionary<string, object>? propertiesToModify = default, CancellationToken cancellationToken = default) =>
        DeadLetterAsync(message, Changes(propertiesToModify, null, null), cancellationToken);

    /// <summary>Moves a message to the dead-letter queue.</summary>
    /// <param name="message">The message.</param>
    /// <param name="propertiesToModify">Application properties to set.</param>
    /// <param name="deadLetterReason">Why, at most 4096 characters.</param>
    /// <param name="deadLetterErrorDescription">What more there is to say, at most 4096 characters.</param>
    /// <param name="cancellationToken">Looked at before the broker is asked.</param>
    /// <returns>When it is on the disk.</returns>
    /// <exception cref="ServiceBusException">Its lock is lost.</exception>
    public virtual Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object>? propertiesToModify,
        string deadLetterReason,
        string? deadLetterErrorDescription = default,
        CancellationToken cancellationToken = default) =>
        DeadLetterAsync(message, Changes(propertiesToModify, deadLetterReason, deadLetterErrorDescription), cancellationToken);

    /// <summary>Starts the lock of a message anew, for the entity's lock duration from now on.</summary>
    /// <param name="message">The message; its <see cref="ServiceBusReceivedMessage.LockedUntil"/> is moved.</param>
    /// <param name="cancellationToken">Looked at before the broker is asked.</param>
    /// <returns>When it is done.</returns>
    /// <exception cref="ServiceBusException">The lock is lost.</exception>
    public virtual async Task RenewMessageLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default)
    {
        var lockToken = LockTokenOf(message);
        cancellationToken.ThrowIfCancellationRequested();
        var lockedUntil = await Broker.RunAsync(state => state.Queue(EntityPath).Renew(lockToken));
        message.Delivery = message.Delivery with { LockedUntil = lockedUntil };
    }

    /// <summary>Closes the receiver and ends its waits; what it has locked stays locked until the locks run out.</summary>
    /// <param name="cancellationToken">Not needed here.</param>
    /// <returns>When it is done.</returns>
    public virtual Task CloseAsync(CancellationToken cancellationToken = default)
    {
        if (!IsClosed)
        {
            _client?.Broker.EndWaits(this, static () => new ObjectDisposedException(nameof(ServiceBusReceiver)));
        }

        _isClosed = true;
        return Task.CompletedTask;
    }

    /// <summary>Closes the receiver.</summary>
    /// <returns>When it is done.</returns>
    public virtual async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    private static List<ServiceBusReceivedMessage> Messages(List<Delivered> delivered) =>
        [.. delivered.Select(message => new ServiceBusReceivedMessage(MessageFields.Decode(message.Content), message.Delivery))];

    private static Dictionary<string, object?> Changes(IDictionary<string, object>? properties, string? reason, string? description)
    {
        if (properties is null && reason is null && description is null)
        {
            return NoChanges;
        }

        var changed = new MessageFields();
        foreach (var (name, value) in properties ?? new Dictionary<string, object>())
        {
            changed.ApplicationProperties[name] = value;
        }

        Set(changed, MessageFields.DeadLetterReasonProperty, reason);
        Set(changed, MessageFields.DeadLetterDescriptionProperty, description);

        // Fails here, on the caller's thread, on a value that no message can carry.
        changed.Encode();
        return changed.ApplicationProperties;
    }

    private static void Set(MessageFields changed, string name, string? value)
    {
        if (value is null)
        {
            return;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, MaxReasonLength, name);
        if (changed.ApplicationProperties.TryGetValue(name, out var other) && !value.Equals(other))
        {
            throw new InvalidOperationException($"The properties to modify say another {name} than the argument does.");
        }

        changed.ApplicationProperties[name] = value;
    }

    private async Task DeadLetterAsync(ServiceBusReceivedMessage message, Dictionary<string, object?> changes, CancellationToken cancellationToken)
    {
        if (Embedded.EntityPath.IsDeadLetters(EntityPath))
        {
            throw new InvalidOperationException($"A message in '{EntityPath}' is dead-lettered already.");
        }

        await SettleAsync(message, (queue, token) => queue.DeadLetter(token, changes), cancellationToken);
    }

    private async Task SettleAsync(ServiceBusReceivedMessage message, Action<BrokerQueue, Guid> settle, CancellationToken cancellationToken)
    {
        var lockToken = LockTokenOf(message);
        cancellationToken.ThrowIfCancellationRequested();
        await Broker.RunAsync(state =>
        {
            settle(state.Queue(EntityPath), lockToken);
            return true;
        });
    }

    private Guid LockTokenOf(ServiceBusReceivedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (ReceiveMode != ServiceBusReceiveMode.PeekLock)
        {
            throw new InvalidOperationException($"The operation is only supported in {ServiceBusReceiveMode.PeekLock} receive mode.");
        }

        return message.Delivery.LockToken != Guid.Empty
            ? message.Delivery.LockToken
            : throw new InvalidOperationException("A peeked message has no lock and cannot be settled.");
    }
}

using IntegrationHub.LocalPlatform.ServiceBus.Messages;
using IntegrationHub.LocalPlatform.ServiceBus.Topology;

namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>
/// A queue, a subscription, or the dead-letter queue of either (which has none itself): order, locks and delivery
/// counts.
/// </summary>
internal sealed class BrokerQueue : BrokerEntity
{
    private const int MaxPeekedBytes = 1024 * 1024;
    private readonly QueueTopology _topology;
    private readonly BrokerQueue? _deadLetters;
    private readonly ReadyMessages _ready;
    private readonly SessionBook? _sessions;
    private readonly LinkedList<Consumer> _waiting = [];
    private readonly Dictionary<Guid, QueueEntry> _locked = [];
    private readonly Dictionary<long, QueueEntry> _lockedBySequence = [];

    public BrokerQueue(QueueTopology topology, Quota quota, BrokerState state, BrokerQueue? deadLetters)
        : base(topology.Path, topology.DuplicateWindow, quota, state)
    {
        _topology = topology;
        _deadLetters = deadLetters;
        _ready = Ready(null);
        _sessions = topology.RequiresSession ? new(this, state, topology.LockDuration) : null;
    }

    /// <summary>
    /// Dead-letters what was delivered as often as allowed when the broker ended before it was settled.
    /// </summary>
    public void Restore()
    {
        foreach (var id in _deadLetters is null ? [] : State.Store.DeliveredAtLeast(Id, _topology.MaxDeliveryCount))
        {
            DeadLetterForDeliveries(Entry(State.Store.Find(id)!));
        }

        _sessions?.Restore();
    }

    /// <summary>Adds a message at the end.</summary>
    public long Append(byte[] content, string? sessionId, TimeSpan timeToLive, long? origin)
    {
        var life = timeToLive < _topology.TimeToLive ? timeToLive : _topology.TimeToLive;
        var sequence = TakeSequence();
        var message = new StoredMessage(
            IdOf(sequence),
            MessageStatus.Active,
            EnqueuedAt: State.Now,
            ExpiresAt: life.Ticks > DateTime.MaxValue.Ticks - State.Now ? long.MaxValue : State.Now + life.Ticks,
            DueAt: 0,
            Origin: origin ?? sequence,
            Source: null,
            SessionId: _sessions is null ? null : sessionId,
            DeliveryCount: 0,
            content);
        if (_sessions is not null && sessionId is null)
        {
            var reason = Reason("Session id is null", "The subscription requires sessions; the message has none.");
            _deadLetters!.AppendDeadLetter(Changed(message, reason) with { Source = Path });
        }
        else
        {
            Append(message);
        }

        return sequence;
    }

    /// <summary>Attaches a receiver that wants messages of any kind.</summary>
    /// <exception cref="BusException">The entity requires sessions.</exception>
    public void Attach(Consumer consumer)
    {
        if (_sessions is not null)
        {
            throw new BusException(
                BusError.NotAllowed, $"'{Path}' requires sessions; it is not possible to create a receiver without a session.");
        }

        consumer.Queue = this;
    }

    /// <summary>
    /// Gives a receiver a session: the one named or the next that has messages, for which it may have to wait.
    /// </summary>
    /// <exception cref="BusException">The entity has no sessions, or another receiver holds the session.</exception>
    public void AcceptSession(Consumer consumer, SessionRequest request)
    {
        if (_sessions is null)
        {
            throw new BusException(BusError.NotAllowed, $"'{Path}' does not require sessions; it is not possible to accept one.");
        }

        consumer.Queue = this;
        _sessions.Accept(consumer, request);
    }

    /// <summary>
    /// Ends the deliveries to a receiver. Messages that it holds stay locked, but those of a session are released with
    /// it.
    /// </summary>
    public void Detach(Consumer consumer)
    {
        if (consumer.Queue != this)
        {
            return;
        }

        SetCredit(consumer, 0);
        consumer.Queue = null;
        _sessions?.Release(consumer);
    }

    /// <summary>Applies a flow frame: the delivery count up to which the receiver accepts messages.</summary>
    public void OnFlow(Consumer consumer, uint limit, bool drain)
    {
        if (consumer.Queue != this)
        {
            return;
        }

        SetCredit(consumer, Math.Max(0, unchecked((int)(limit - consumer.DeliveryCount))));
        State.Awake.Add(this);
        if (drain)
        {
            State.Drains.Add(consumer);
        }
    }

    /// <summary>Uses up the credit for which there was no message.</summary>
    public void Drain(Consumer consumer)
    {
        consumer.DeliveryCount += (uint)consumer.Credit;
        SetCredit(consumer, 0);
        State.Send(consumer, consumer.DeliveryCount);
    }

    /// <summary>Delivers what can be delivered in this round.</summary>
    public void Serve()
    {
        if (_sessions is not null)
        {
            _sessions.Serve();
            return;
        }

        while (_waiting.First is { Value: var consumer } first && TryDeliver(_ready, consumer))
        {
            // Receivers take turns.
            if (consumer.Credit > 0)
            {
                _waiting.Remove(first);
                _waiting.AddLast(first);
            }
        }
    }

    /// <summary>
    /// Delivers the next message to a receiver. Returns false when there is none, or when the round has no room for it.
    /// </summary>
    public bool TryDeliver(ReadyMessages ready, Consumer consumer)
    {
        while (true)
        {
            if (!State.HasRoom)
            {
                State.Awake.Add(this);
                return false;
            }

            if (!ready.TryTake(out var entry))
            {
                return false;
            }

            if (entry.ExpiresAt <= State.Now)
            {
                Expire(entry);
                continue;
            }

            State.Send(consumer, Deliver(entry, consumer.Mode));
            consumer.DeliveryCount++;
            SetCredit(consumer, consumer.Credit - 1);
            return true;
        }
    }

    /// <summary>Settles a locked message.</summary>
    /// <exception cref="BusException">The lock was lost.</exception>
    public void Settle(Guid lockToken, Settlement settlement, IReadOnlyDictionary<string, object?> changes)
    {
        if (settlement == Settlement.DeadLetter && _deadLetters is null)
        {
            throw new BusException(BusError.NotAllowed, $"A message cannot be dead-lettered from the dead-letter queue '{Path}'.");
        }

        var entry = Unlock(lockToken);
        switch (settlement)
        {
            case Settlement.Complete:
                Remove(entry);
                break;
            case Settlement.Abandon:
                Change(entry, changes);
                GiveBack(entry);
                break;
            case Settlement.Release:
                State.Store.CountDelivery(IdOf(entry.Sequence), --entry.DeliveryCount);
                GiveBack(entry);
                break;
            case Settlement.Defer:
                Change(entry, changes);
                Defer(entry);
                break;
            case Settlement.DeadLetter:
                DeadLetter(entry, changes);
                break;
            default:
                throw new InvalidOperationException($"Unknown settlement {settlement}.");
        }
    }

    /// <summary>Extends the lock of a message and returns its new end.</summary>
    /// <exception cref="BusException">The lock was lost.</exception>
    public long Renew(Guid lockToken)
    {
        var entry = Locked(lockToken);
        if (entry.Session is not null)
        {
            throw new BusException(BusError.NotAllowed, "The lock of a message in a session is renewed with the session.");
        }

        State.Deadlines.Set(entry, State.Now + _topology.LockDuration.Ticks);
        return entry.DueAt;
    }

    /// <summary>Returns a locked message to the queue as if its lock had expired.</summary>
    public void LoseLock(Guid lockToken)
    {
        if (_locked.ContainsKey(lockToken))
        {
            GiveBack(Unlock(lockToken));
        }
    }

    public long RenewSession(string sessionId, string? holder) => Sessions().Renew(sessionId, holder);

    public byte[]? SessionState(string sessionId, string? holder)
    {
        Sessions().RequireHeld(sessionId, holder);
        return State.Store.SessionState(Id, sessionId);
    }

    public void SetSessionState(string sessionId, string? holder, byte[]? value)
    {
        Sessions().RequireHeld(sessionId, holder);
        State.Store.SetSessionState(Id, sessionId, value);
    }

    /// <summary>Delivers deferred messages by their sequence numbers.</summary>
    /// <exception cref="BusException">One of them is not deferred, or locked, or its session is not held; then none is
    /// taken.</exception>
    public List<Delivered> TakeDeferred(IReadOnlyList<long> sequences, string? sessionId, string? holder, ReceiveMode mode)
    {
        if (_sessions is not null)
        {
            _sessions.RequireHeld(sessionId ?? "", holder);
        }

        var entries = sequences.Distinct().Select(sequence => FindDeferred(sequence, sessionId)).ToList();
        return [.. entries.Select(entry => Deliver(entry, mode))];
    }

    /// <summary>
    /// Returns messages from a sequence number on without locking them, and fewer than asked for when they are large.
    /// </summary>
    public List<Delivered> Peek(long fromSequence, int max, string? sessionId) =>
    [
        .. State.Store.Peek(Id, _sessions is null ? null : sessionId, Math.Max(fromSequence, 0), State.Now, max, MaxPeekedBytes)
            .Select(static message => new Delivered(message, Guid.Empty, 0)),
    ];

    /// <summary>Ends the life of an active message unless it is locked; then it ends with the lock.</summary>
    public void ExpireUnlocked(MessageHead head)
    {
        if (_lockedBySequence.ContainsKey(MessageStore.SequenceOf(head.Id)))
        {
            return;
        }

        var entry = new QueueEntry(this, head, _sessions?.Of(head.SessionId!));
        ReadyOf(entry).Remove(entry);
        Expire(entry);
    }

    public void OnLockExpired(QueueEntry entry) => GiveBack(Unlock(entry.LockToken));

    /// <summary>Gives back the messages that were locked with a session. Their deliveries count or do not.</summary>
    public void GiveBackAll(IReadOnlyCollection<QueueEntry> entries, bool isCounted)
    {
        foreach (var lockToken in entries.Select(static entry => entry.LockToken).ToList())
        {
            Settle(lockToken, isCounted ? Settlement.Abandon : Settlement.Release, NoChanges);
        }
    }

    /// <summary>Makes the list of the messages that wait in this queue, or in one of its sessions.</summary>
    public ReadyMessages Ready(Session? session) => new((from, limit) =>
    {
        var heads = State.Store.Ready(Id, session?.Id, from, limit);
        var entries = heads
            .Where(head => !_lockedBySequence.ContainsKey(MessageStore.SequenceOf(head.Id)))
            .Select(head => new QueueEntry(this, head, session))
            .ToList();
        return (entries, heads.Count < limit ? null : MessageStore.SequenceOf(heads[^1].Id) + 1);
    });

    /// <summary>Sets how many messages a receiver accepts, and its place among those that wait.</summary>
    public void SetCredit(Consumer consumer, int credit)
    {
        consumer.Credit = credit;
        if (_sessions is null && credit > 0 && consumer.Place is null)
        {
            consumer.Place = _waiting.AddLast(consumer);
        }
        else if (credit == 0 && consumer.Place is { } place)
        {
            _waiting.Remove(place);
            consumer.Place = null;
        }
    }

    protected override long Enqueue(Incoming message) => Append(message.Content, message.SessionId, message.TimeToLive, null);

    protected override IReadOnlyList<MessageCopy> Route(MessageFields fields, byte[] content) => [];

    protected override void Require(Incoming message)
    {
        if (_sessions is not null && message.SessionId is null)
        {
            throw new BusException(
                BusError.NotAllowed,
                $"The SessionId was not set on a message, and it cannot be sent to '{Path}', which requires sessions.");
        }
    }

    private static IReadOnlyDictionary<string, object?> NoChanges { get; } = new Dictionary<string, object?>();

    private static Dictionary<string, object?> Reason(string reason, string description) => new()
    {
        [MessageFields.DeadLetterReason] = reason,
        [MessageFields.DeadLetterDescription] = description,
    };

    private static StoredMessage Changed(StoredMessage message, IReadOnlyDictionary<string, object?> changes) =>
        changes.Count == 0 ? message : message with { Content = new MessageFields(message.Content).WithApplicationProperties(changes) };

    private SessionBook Sessions() => _sessions ?? throw new BusException(BusError.NotAllowed, $"'{Path}' does not require sessions.");

    private ReadyMessages ReadyOf(QueueEntry entry) => entry.Session?.Ready ?? _ready;

    private void Append(StoredMessage message)
    {
        Insert(message);
        State.ExpectExpiry(message.ExpiresAt);
        var entry = Entry(message);
        entry.Session?.Add();
        ReadyOf(entry).Append(entry);
        State.Awake.Add(this);
    }

    private QueueEntry Entry(StoredMessage message)
    {
        var head = new MessageHead(message.Id, message.ExpiresAt, message.SessionId, message.Content.Length, message.DeliveryCount);
        return new(this, head, message.SessionId is { } session ? _sessions?.Of(session) : null)
        {
            IsDeferred = message.Status == MessageStatus.Deferred,
        };
    }

    private Delivered Deliver(QueueEntry entry, ReceiveMode mode)
    {
        var message = State.Store.Find(IdOf(entry.Sequence))! with { DeliveryCount = entry.DeliveryCount + 1 };
        if (mode == ReceiveMode.ReceiveAndDelete)
        {
            Remove(entry);
            return new(message, Guid.Empty, 0);
        }

        entry.DeliveryCount++;
        entry.LockToken = Guid.NewGuid();
        _locked.Add(entry.LockToken, entry);
        _lockedBySequence.Add(entry.Sequence, entry);
        State.Store.CountDelivery(IdOf(entry.Sequence), entry.DeliveryCount);
        if (entry.Session is { } session)
        {
            session.Locked.Add(entry);
            return new(message, entry.LockToken, session.DueAt);
        }

        State.Deadlines.Set(entry, State.Now + _topology.LockDuration.Ticks);
        return new(message, entry.LockToken, entry.DueAt);
    }

    private QueueEntry Locked(Guid lockToken)
    {
        if (_locked.TryGetValue(lockToken, out var entry))
        {
            return entry;
        }

        throw _sessions is null
            ? new BusException(
                BusError.MessageLockLost,
                "The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.")
            : new BusException(
                BusError.SessionLockLost,
                "The lock supplied is invalid. Either the session's lock expired, or the message has already been removed from the queue.");
    }

    private QueueEntry Unlock(Guid lockToken)
    {
        var entry = Locked(lockToken);
        _locked.Remove(lockToken);
        _lockedBySequence.Remove(entry.Sequence);
        entry.LockToken = Guid.Empty;
        entry.Session?.Locked.Remove(entry);
        State.Deadlines.Set(entry, long.MaxValue);
        return entry;
    }

    private QueueEntry FindDeferred(long sequence, string? sessionId)
    {
        var message = State.Store.Find(IdOf(sequence));
        return message is { Status: MessageStatus.Deferred } && !_lockedBySequence.ContainsKey(sequence)
            && (_sessions is null || message.SessionId == sessionId)
            ? Entry(message)
            : throw Missing("deferred and unlocked", sequence);
    }

    /// <summary>
    /// Puts an unlocked message back where it came from, unless it was delivered too often or its life is over. A
    /// deferred one stays set aside and does not expire.
    /// </summary>
    private void GiveBack(QueueEntry entry)
    {
        if (_deadLetters is not null && entry.DeliveryCount >= _topology.MaxDeliveryCount)
        {
            DeadLetterForDeliveries(entry);
        }
        else if (entry.IsDeferred)
        {
            // It is in the store, which is where deferred messages are looked up.
        }
        else if (entry.ExpiresAt <= State.Now)
        {
            Expire(entry);
        }
        else
        {
            ReadyOf(entry).Return(entry);
            State.Awake.Add(this);
        }
    }

    private void Defer(QueueEntry entry)
    {
        if (!entry.IsDeferred)
        {
            entry.Session?.Remove();
            State.Store.SetStatus(IdOf(entry.Sequence), MessageStatus.Deferred);
        }
    }

    private void Expire(QueueEntry entry)
    {
        if (_topology.DeadLetterOnExpiration && _deadLetters is not null)
        {
            DeadLetter(entry, Reason("TTLExpiredException", "The message expired and was dead lettered."));
        }
        else
        {
            Remove(entry);
        }
    }

    private void DeadLetterForDeliveries(QueueEntry entry) => DeadLetter(
        entry,
        Reason("MaxDeliveryCountExceeded", $"Message could not be consumed after {entry.DeliveryCount} delivery attempts."));

    private void DeadLetter(QueueEntry entry, IReadOnlyDictionary<string, object?> changes)
    {
        var message = State.Store.Find(IdOf(entry.Sequence))!;
        Remove(entry);
        _deadLetters!.AppendDeadLetter(Changed(message, changes) with { Source = Path, DeliveryCount = entry.DeliveryCount });
    }

    private void AppendDeadLetter(StoredMessage message) => Append(message with
    {
        Id = IdOf(TakeSequence()),
        Status = MessageStatus.Active,
        ExpiresAt = long.MaxValue,
        SessionId = null,
    });

    private void Change(QueueEntry entry, IReadOnlyDictionary<string, object?> changes)
    {
        if (changes.Count > 0)
        {
            var message = Changed(State.Store.Find(IdOf(entry.Sequence))!, changes);
            State.Store.SetContent(message.Id, message.Content);
            Resize(message.Content.Length - entry.Size);
            entry.Size = message.Content.Length;
        }
    }

    private void Remove(QueueEntry entry)
    {
        if (!entry.IsDeferred)
        {
            entry.Session?.Remove();
        }

        Delete(entry.Sequence, entry.DeliveryCount, entry.Size);
    }
}

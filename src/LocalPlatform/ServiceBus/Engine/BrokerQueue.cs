using IntegrationHub.LocalPlatform.ServiceBus.Topology;

namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>A queue, a subscription, or the dead-letter queue of either (which has none itself): order, locks and delivery counts.</summary>
internal sealed class BrokerQueue(QueueTopology topology, BrokerState state, BrokerQueue? deadLetters)
    : BrokerEntity(topology.Path, topology.DuplicateWindow, state)
{
    private static readonly int[] NoCopies = [];
    private readonly SortedSet<QueueEntry> _ready = new(Comparer<QueueEntry>.Create(static (a, b) => a.Sequence.CompareTo(b.Sequence)));
    private readonly Dictionary<Guid, QueueEntry> _locked = [];
    private readonly Dictionary<long, QueueEntry> _deferred = [];
    private readonly LinkedList<Consumer> _consumers = [];

    /// <summary>Adds a message at the end.</summary>
    public long Append(byte[] content, TimeSpan timeToLive, long? origin)
    {
        var life = timeToLive < topology.TimeToLive ? timeToLive : topology.TimeToLive;
        var sequence = TakeSequence();
        var expiresAt = life.Ticks > DateTime.MaxValue.Ticks - State.Now ? long.MaxValue : State.Now + life.Ticks;
        Add(new(IdOf(sequence), MessageStatus.Active, State.Now, expiresAt, 0, origin ?? sequence, null, 0, content));
        return sequence;
    }

    /// <summary>Takes up to <paramref name="max"/> messages from the front.</summary>
    public List<Delivered> Take(int max, ReceiveMode mode)
    {
        var taken = new List<Delivered>();
        while (taken.Count < max && _ready.Min is { } entry)
        {
            _ready.Remove(entry);
            taken.Add(Deliver(entry, mode));
        }

        return taken;
    }

    /// <exception cref="BusException">One of them is not deferred, or locked by someone; then none is taken.</exception>
    public List<Delivered> TakeDeferred(IReadOnlyList<long> sequences, ReceiveMode mode)
    {
        foreach (var sequence in sequences)
        {
            if (!_deferred.TryGetValue(sequence, out var entry) || entry.LockToken != Guid.Empty)
            {
                throw Missing("deferred and unlocked", sequence);
            }
        }

        return [.. sequences.Distinct().Select(sequence => Deliver(_deferred[sequence], mode))];
    }

    public List<Delivered> Peek(long fromSequence, int max) =>
        [.. State.Store.Page(IdOf(Math.Max(fromSequence, 0)), IdOf(0) | ((1L << MessageStore.SequenceBits) - 1), State.Now, max)
            .Select(message => ToDelivered(message, Guid.Empty, default))];

    public void Complete(Guid lockToken) => Remove(Unlock(lockToken));

    public void Abandon(Guid lockToken, IReadOnlyDictionary<string, object?> changes)
    {
        var entry = Unlock(lockToken);
        Change(entry, changes);
        GiveBack(entry);
    }

    public void Defer(Guid lockToken, IReadOnlyDictionary<string, object?> changes)
    {
        var entry = Unlock(lockToken);
        Change(entry, changes);
        if (!entry.IsDeferred)
        {
            entry.IsDeferred = true;
            _deferred.Add(entry.Sequence, entry);
            State.Store.SetState(IdOf(entry.Sequence), MessageStatus.Deferred);
        }
    }

    public void DeadLetter(Guid lockToken, IReadOnlyDictionary<string, object?> changes) => DeadLetter(Unlock(lockToken), changes);

    public DateTimeOffset Renew(Guid lockToken)
    {
        var entry = Locked(lockToken);
        State.Deadlines.Set(entry, State.Now + topology.LockDuration.Ticks);
        return new(entry.DueAt, TimeSpan.Zero);
    }

    /// <summary>Takes what a flow frame says: the delivery-count up to which the link may get messages.</summary>
    public void SetCredit(Consumer consumer, uint limit, bool drain)
    {
        consumer.Credit = Math.Max(0, unchecked((int)(limit - consumer.DeliveryCount)));
        Reseat(consumer);
        State.Awake.Add(this);
        if (drain) State.Drains.Add(consumer);
    }

    public void Leave(Consumer consumer)
    {
        consumer.Credit = 0;
        Reseat(consumer);
    }

    /// <summary>Burns the credit that no message used.</summary>
    public void Drain(Consumer consumer)
    {
        consumer.DeliveryCount += (uint)consumer.Credit;
        Leave(consumer);
        State.Sent.Add((consumer, null, consumer.DeliveryCount));
    }

    public void ServeWaiting()
    {
        while (_consumers.First is { } first && _ready.Min is { } entry)
        {
            _ready.Remove(entry);
            var consumer = first.Value;
            State.Sent.Add((consumer, Deliver(entry, consumer.Mode), 0));
            consumer.DeliveryCount++;
            consumer.Credit--;
            _consumers.Remove(first);
            if (consumer.Credit > 0) _consumers.AddLast(first); else consumer.Place = null;
        }
    }

    /// <summary>Takes back a delivery that never reached anybody: it is not counted.</summary>
    public void Release(Guid lockToken)
    {
        if (!_locked.ContainsKey(lockToken)) return;
        var entry = Unlock(lockToken);
        State.Store.CountDelivery(IdOf(entry.Sequence), --entry.DeliveryCount);
        GiveBack(entry);
    }

    private void Reseat(Consumer consumer)
    {
        if (consumer.Credit > 0 && consumer.Place is null) consumer.Place = _consumers.AddLast(consumer);
        else if (consumer.Credit == 0 && consumer.Place is { } place) { _consumers.Remove(place); consumer.Place = null; }
    }

    /// <summary>A lock has run out, or a life.</summary>
    public void OnDue(QueueEntry entry)
    {
        if (entry.LockToken == Guid.Empty)
        {
            _ready.Remove(entry);
            Expire(entry);
        }
        else
        {
            GiveBack(Unlock(entry.LockToken));
        }
    }

    protected override void Restore(StoredMessage message)
    {
        var entry = new QueueEntry(this, SequenceOf(message.Id), message.ExpiresAt)
        {
            DeliveryCount = message.DeliveryCount,
            IsDeferred = message.State == MessageStatus.Deferred,
        };
        if (entry.IsDeferred)
        {
            _deferred.Add(entry.Sequence, entry);
        }

        GiveBack(entry);
    }

    protected override long Enqueue(byte[] content, TimeSpan timeToLive, IReadOnlyList<int> copies) => Append(content, timeToLive, null);

    protected override IReadOnlyList<int> Route(MessageFields content) => NoCopies;

    private void Add(StoredMessage message)
    {
        State.Store.Insert(message);
        MakeReady(new(this, SequenceOf(message.Id), message.ExpiresAt) { DeliveryCount = message.DeliveryCount });
    }

    private void MakeReady(QueueEntry entry)
    {
        _ready.Add(entry);
        State.Deadlines.Set(entry, entry.ExpiresAt);
        State.Awake.Add(this);
    }

    private Delivered Deliver(QueueEntry entry, ReceiveMode mode)
    {
        var message = State.Store.Read(IdOf(entry.Sequence)) with { DeliveryCount = entry.DeliveryCount + 1 };
        if (mode == ReceiveMode.ReceiveAndDelete)
        {
            Remove(entry);
            return ToDelivered(message, Guid.Empty, default);
        }

        entry.DeliveryCount++;
        entry.LockToken = Guid.NewGuid();
        _locked.Add(entry.LockToken, entry);
        State.Deadlines.Set(entry, State.Now + topology.LockDuration.Ticks);
        State.Store.CountDelivery(IdOf(entry.Sequence), entry.DeliveryCount);
        return ToDelivered(message, entry.LockToken, new(entry.DueAt, TimeSpan.Zero));
    }

    private static Delivered ToDelivered(StoredMessage message, Guid lockToken, DateTimeOffset lockedUntil) => new(
        message.Content,
        new()
        {
            SequenceNumber = SequenceOf(message.Id),
            EnqueuedSequenceNumber = message.Origin,
            EnqueuedTime = new(message.EnqueuedAt, TimeSpan.Zero),
            TimeToLive = message.ExpiresAt == long.MaxValue ? TimeSpan.MaxValue : new(message.ExpiresAt - message.EnqueuedAt),
            DeliveryCount = message.DeliveryCount,
            LockToken = lockToken,
            LockedUntil = lockedUntil,
            DeadLetterSource = message.Source,
            State = message.State,
        });

    private QueueEntry Locked(Guid lockToken) => _locked.TryGetValue(lockToken, out var entry)
        ? entry
        : throw new BusException(
            "The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.",
            BusFault.MessageLockLost,
            Path);

    private QueueEntry Unlock(Guid lockToken)
    {
        var entry = Locked(lockToken);
        _locked.Remove(lockToken);
        entry.LockToken = Guid.Empty;
        State.Deadlines.Set(entry, long.MaxValue);
        return entry;
    }

    /// <summary>
    /// Puts an unlocked message back where it came from, unless it was delivered too often or its life is over. A deferred one stays set aside and does not expire.
    /// </summary>
    private void GiveBack(QueueEntry entry)
    {
        if (entry.DeliveryCount >= topology.MaxDeliveryCount)
        {
            DeadLetter(entry, Reason("MaxDeliveryCountExceeded", $"Message could not be consumed after {entry.DeliveryCount} delivery attempts."));
        }
        else if (!entry.IsDeferred && entry.ExpiresAt <= State.Now)
        {
            Expire(entry);
        }
        else if (!entry.IsDeferred)
        {
            MakeReady(entry);
        }
    }

    private void Expire(QueueEntry entry)
    {
        if (topology.DeadLetterOnExpiration && deadLetters is not null)
        {
            DeadLetter(entry, Reason("TTLExpiredException", "The message expired and was dead lettered."));
        }
        else
        {
            Remove(entry);
        }
    }

    private static Dictionary<string, object?> Reason(string reason, string description) => new()
    {
        [MessageFields.DeadLetterReasonProperty] = reason,
        [MessageFields.DeadLetterDescriptionProperty] = description,
    };

    private void DeadLetter(QueueEntry entry, IReadOnlyDictionary<string, object?> changes)
    {
        var message = State.Store.Read(IdOf(entry.Sequence));
        Remove(entry);
        deadLetters!.Add(message with
        {
            Id = deadLetters.IdOf(deadLetters.TakeSequence()),
            State = MessageStatus.Active,
            ExpiresAt = long.MaxValue,
            Source = Path,
            DeliveryCount = entry.DeliveryCount,
            Content = Changed(message.Content, changes),
        });
    }

    private void Change(QueueEntry entry, IReadOnlyDictionary<string, object?> changes)
    {
        if (changes.Count > 0)
        {
            State.Store.SetContent(IdOf(entry.Sequence), Changed(State.Store.Read(IdOf(entry.Sequence)).Content, changes));
        }
    }

    private static byte[] Changed(byte[] content, IReadOnlyDictionary<string, object?> changes) => changes.Count == 0 ? content : MessageFields.Changed(content, changes);

    private void Remove(QueueEntry entry)
    {
        _deferred.Remove(entry.Sequence);
        State.Deadlines.Set(entry, long.MaxValue);
        State.Store.Delete(IdOf(entry.Sequence), entry.DeliveryCount);
    }
}

using IntegrationHub.LocalPlatform.ServiceBus.Topology;

namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>
/// The state that a broker's entities share, and the work that a round leaves for after its commit. Only the broker's
/// own thread uses it.
/// </summary>
internal sealed class BrokerState
{
    private const int MaxDueInRound = 500;
    private const int MaxBytesInRound = 4 * 1024 * 1024;
    private const int MaxMessagesInRound = 4096;
    private readonly Dictionary<string, BrokerEntity> _entities = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<long, BrokerEntity> _entitiesById = [];
    private long _nextDue;
    private long _nextExpiry;
    private (long Expiry, long Id) _expiredTo;
    private int _bytesSent;

    /// <summary>
    /// Rebuilds the state from the store. Locks of an earlier process are released; their deliveries stay counted.
    /// </summary>
    public BrokerState(BusTopology topology, MessageStore store, MessageRouter router, Faults faults, long now)
    {
        Store = store;
        Router = router;
        Faults = faults;
        Now = now;
        store.Begin(sync: true);
        foreach (var queue in topology.Queues)
        {
            AddQueue(queue, new(queue.Path, queue.MaxBytes));
        }

        foreach (var topic in topology.Topics)
        {
            var quota = new Quota(topic.Path, topic.MaxBytes);
            Add(new BrokerTopic(topic, quota, this, [.. topic.Subscriptions.Select(subscription => AddQueue(subscription.Queue, quota))]));
        }

        Rules = new(topology, this);
        Rules.Restore();
        foreach (var queue in _entities.Values.OfType<BrokerQueue>())
        {
            queue.Restore();
        }

        _nextDue = store.NextDue();
        new Housekeeping(this).OnDue();
        Save();
        store.Commit();
    }

    public MessageStore Store { get; }

    public MessageRouter Router { get; }

    public RuleBook Rules { get; }

    public Faults Faults { get; }

    public Deadlines Deadlines { get; } = new();

    /// <summary>Gets or sets the time of the present round in UTC ticks.</summary>
    public long Now { get; set; }

    /// <summary>Gets the entities to save with this round.</summary>
    public HashSet<BrokerEntity> Changed { get; } = [];

    /// <summary>Gets the queues that may have something to deliver.</summary>
    public HashSet<BrokerQueue> Awake { get; } = [];

    /// <summary>Gets the receivers that use up their credit in this round.</summary>
    public List<Consumer> Drains { get; } = [];

    /// <summary>
    /// Gets what to send to receivers after the commit: messages or, where there is none, the end of a drain.
    /// </summary>
    public List<(Consumer Consumer, Delivered? Message, uint DrainedAt)> Sent { get; } = [];

    /// <summary>Gets what else to do after the commit.</summary>
    public List<Action> AfterCommit { get; } = [];

    /// <summary>
    /// Gets whether this round takes more messages out of the store. It ends before too many are in memory.
    /// </summary>
    public bool HasRoom => _bytesSent < MaxBytesInRound && Sent.Count < MaxMessagesInRound;

    /// <summary>Gets when something becomes due by itself, in UTC ticks.</summary>
    public long NextDeadline => Math.Min(Deadlines.Next, Math.Min(_nextDue, _nextExpiry));

    /// <exception cref="BusException">There is no such entity.</exception>
    public BrokerEntity Entity(string path) => _entities.TryGetValue(path, out var entity)
        ? entity
        : throw new BusException(BusError.EntityNotFound, $"The messaging entity '{path}' could not be found.");

    /// <exception cref="BusException">There is no such entity, or nothing can be received from it.</exception>
    public BrokerQueue Queue(string path) => Entity(path) as BrokerQueue
        ?? throw new BusException(BusError.NotAllowed, $"'{path}' is a topic; messages are received from its subscriptions.");

    /// <summary>Takes messages for a queue or a topic, all or none.</summary>
    /// <exception cref="BusException">They are refused.</exception>
    public long[] Send(string path, IReadOnlyList<Incoming> messages)
    {
        Faults.OnSend(path);
        return Entity(path).Accept(messages);
    }

    /// <summary>Settles a locked message.</summary>
    /// <exception cref="BusException">The lock was lost.</exception>
    public void Settle(string path, Guid lockToken, Settlement settlement, IReadOnlyDictionary<string, object?> changes)
    {
        var queue = Queue(path);
        if (settlement != Settlement.Release)
        {
            Faults.OnSettle(queue, lockToken);
        }

        queue.Settle(lockToken, settlement, changes);
    }

    public void Send(Consumer consumer, Delivered message)
    {
        Sent.Add((consumer, message, 0));
        _bytesSent += message.Message.Content.Length;
    }

    public void Send(Consumer consumer, uint drainedAt) => Sent.Add((consumer, null, drainedAt));

    /// <summary>Notes that a scheduled message is to be enqueued at a time.</summary>
    public void ExpectDue(long dueAt) => _nextDue = Math.Min(_nextDue, dueAt);

    /// <summary>Notes that the life of an active message ends at a time.</summary>
    public void ExpectExpiry(long expiresAt) => _nextExpiry = Math.Min(_nextExpiry, expiresAt);

    /// <summary>
    /// Does what is due, the present moment included; what does not fit into one round is left for the next.
    /// </summary>
    public void RunDue()
    {
        Deadlines.Run(Now);
        EnqueueDue();
        Expire();
    }

    /// <summary>Delivers what receivers wait for and can be delivered in this round.</summary>
    public void Serve()
    {
        BrokerQueue[] awake = [.. Awake];
        Awake.Clear();
        foreach (var queue in awake)
        {
            queue.Serve();
        }

        foreach (var consumer in Drains)
        {
            // A drain ends when there is nothing more to deliver, so not while the round had no room.
            if (consumer.Queue is { } queue && !Awake.Contains(queue))
            {
                queue.Drain(consumer);
            }
        }

        Drains.RemoveAll(consumer => consumer.Queue is not { } queue || !Awake.Contains(queue));
    }

    /// <summary>Writes the numbers of the entities that changed in this round.</summary>
    public void Save()
    {
        foreach (var entity in Changed)
        {
            entity.Save();
        }

        Changed.Clear();
        _bytesSent = 0;
    }

    private void EnqueueDue()
    {
        if (_nextDue > Now)
        {
            return;
        }

        var due = Store.Due(Now, MaxDueInRound);
        foreach (var id in due)
        {
            _entitiesById[MessageStore.EntityOf(id)].EnqueueScheduled(id);
        }

        _nextDue = due.Count == MaxDueInRound ? Now : Store.NextDue();
    }

    private void Expire()
    {
        if (_nextExpiry > Now)
        {
            return;
        }

        var expired = Store.Expired(Now, _expiredTo.Expiry, _expiredTo.Id, MaxDueInRound);
        foreach (var head in expired)
        {
            ((BrokerQueue)_entitiesById[MessageStore.EntityOf(head.Id)]).ExpireUnlocked(head);
            _expiredTo = (head.ExpiresAt, head.Id);
        }

        _nextExpiry = expired.Count == MaxDueInRound ? Now : Store.NextExpiry(Now);
    }

    private BrokerQueue AddQueue(QueueTopology topology, Quota quota)
    {
        var deadLetters = topology with
        {
            Path = EntityPath.OfDeadLetters(topology.Path),
            MaxDeliveryCount = int.MaxValue,
            TimeToLive = TimeSpan.MaxValue,
            RequiresSession = false,
            DuplicateWindow = null,
        };
        return Add(new BrokerQueue(topology, quota, this, Add(new BrokerQueue(deadLetters, quota, this, null))));
    }

    private T Add<T>(T entity)
        where T : BrokerEntity
    {
        _entities.Add(entity.Path, entity);
        _entitiesById.Add(entity.Id, entity);
        return entity;
    }

    /// <summary>
    /// Periodically removes expired message ids and releases disk space.
    /// </summary>
    private sealed class Housekeeping(BrokerState state) : Timed
    {
        private const long SpaceToKeep = 64 * 1024 * 1024;
        private const long ShrinkBy = 16 * 1024 * 1024;
        private static readonly TimeSpan Often = TimeSpan.FromSeconds(1);
        private static readonly TimeSpan Seldom = TimeSpan.FromMinutes(1);

        public override void OnDue()
        {
            state.Store.ForgetSeen(state.Now);
            var (free, total) = state.Store.Space();
            var isWasteful = free > SpaceToKeep && free > total / 2;
            if (isWasteful)
            {
                state.Store.Shrink(ShrinkBy);
            }

            state.Deadlines.Set(this, state.Now + (isWasteful ? Often : Seldom).Ticks);
        }
    }
}

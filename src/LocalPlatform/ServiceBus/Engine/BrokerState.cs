using IntegrationHub.LocalPlatform.ServiceBus.Topology;

namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>What the entities of a broker share. Only the broker's own thread touches it.</summary>
internal sealed class BrokerState
{
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, BrokerEntity> _entities = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Rebuilds the state from the store: locks of an earlier process are released, their deliveries stay counted.</summary>
    public BrokerState(BusTopology topology, MessageStore store, DateTimeOffset now)
    {
        Store = store;
        Now = now.UtcTicks;
        store.Begin(true);
        foreach (var queue in topology.Queues)
        {
            AddQueue(queue);
        }

        foreach (var topic in topology.Topics)
        {
            Add(new BrokerTopic(topic, this, [.. topic.Subscriptions.Select(subscription => AddQueue(subscription.Queue))]));
        }

        foreach (var entity in _entities.Values)
        {
            entity.Restore();
        }

        SaveSequences();
        new Forgetting(this).OnDue();
        store.Commit();
    }

    public MessageStore Store { get; }

    public Deadlines Deadlines { get; } = new();

    /// <summary>Gets or sets the time of the present round, in UTC ticks.</summary>
    public long Now { get; set; }

    /// <summary>Gets the entities that gave out sequence numbers in this round.</summary>
    public HashSet<BrokerEntity> Numbered { get; } = [];

    /// <summary>Gets the queues that got something to receive in this round.</summary>
    public HashSet<BrokerQueue> Awake { get; } = [];

    public List<Consumer> Drains { get; } = [];

    /// <summary>Messages (or, where there is none, the end of a drain) to send after the commit.</summary>
    public List<(Consumer Consumer, Delivered? Message, uint Drained)> Sent { get; } = [];

    /// <summary>Gets the operations to answer after the commit.</summary>
    public List<Operation> Finished { get; } = [];

    public IEnumerable<BrokerQueue> Queues => _entities.Values.OfType<BrokerQueue>();

    public BrokerEntity Entity(string path) => _entities[path];

    public BrokerQueue Queue(string path) => (BrokerQueue)_entities[path];

    public void SaveSequences()
    {
        foreach (var entity in Numbered)
        {
            Store.SaveNext(entity.Id, entity.Next);
        }

        Numbered.Clear();
    }

    private BrokerQueue AddQueue(QueueTopology topology)
    {
        var deadLetters = topology with
        {
            Path = EntityPath.OfDeadLetters(topology.Path),
            MaxDeliveryCount = int.MaxValue,
            TimeToLive = TimeSpan.MaxValue,
            DuplicateWindow = null,
        };
        return Add(new BrokerQueue(topology, this, Add(new BrokerQueue(deadLetters, this, null))));
    }

    private T Add<T>(T entity)
        where T : BrokerEntity
    {
        _entities.Add(entity.Path, entity);
        return entity;
    }

    /// <summary>Once in a while deletes the message ids that no longer need to be remembered.</summary>
    private sealed class Forgetting(BrokerState state) : Timed
    {
        public override void OnDue()
        {
            state.Store.ForgetSeen(state.Now);
            state.Deadlines.Set(this, state.Now + ForgetEvery.Ticks);
        }
    }
}

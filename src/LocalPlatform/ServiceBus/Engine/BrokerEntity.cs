namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>A message on its way in. <paramref name="Copies"/> are the numbers of a topic's subscriptions that get one; a queue does not look at it.</summary>
internal sealed record Incoming(string MessageId, TimeSpan TimeToLive, long ScheduledFor, IReadOnlyList<int> Copies, byte[] Content);

/// <summary>What takes messages: numbers them, drops duplicates, keeps scheduled ones until their time.</summary>
internal abstract class BrokerEntity
{
    private const long SequenceMask = (1L << MessageStore.SequenceBits) - 1;
    private readonly TimeSpan? _duplicateWindow;
    private readonly Dictionary<long, ScheduledEntry> _scheduled = [];

    protected BrokerEntity(string path, TimeSpan? duplicateWindow, BrokerState state)
    {
        Path = path;
        State = state;
        _duplicateWindow = duplicateWindow;
        (Id, Next) = state.Store.Entity(path);
    }

    public string Path { get; }

    public long Id { get; }

    /// <summary>Gets the next sequence number to give.</summary>
    public long Next { get; private set; }

    protected BrokerState State { get; }

    public static long SequenceOf(long id) => id & SequenceMask;

    /// <summary>Takes a message; answers the sequence number it has, or would have if it were no duplicate.</summary>
    public long Accept(Incoming message)
    {
        if (_duplicateWindow is { } window && !State.Store.See(Id, message.MessageId, State.Now, State.Now + window.Ticks))
        {
            return TakeSequence();
        }

        return message.ScheduledFor > State.Now
            ? Schedule(message)
            : Enqueue(message.Content, message.TimeToLive, message.Copies);
    }

    /// <exception cref="BusException">One of them is not scheduled; then none is cancelled.</exception>
    public void Cancel(IReadOnlyList<long> sequences)
    {
        foreach (var sequence in sequences)
        {
            if (!_scheduled.ContainsKey(sequence))
            {
                throw Missing("scheduled", sequence);
            }
        }

        foreach (var sequence in sequences)
        {
            if (_scheduled.Remove(sequence, out var entry))
            {
                State.Deadlines.Set(entry, long.MaxValue);
                State.Store.Delete(IdOf(sequence), 0);
            }
        }
    }

    /// <summary>Takes up what the store holds.</summary>
    public void Restore()
    {
        foreach (var message in State.Store.Index(Id))
        {
            if (message.State == MessageStatus.Scheduled)
            {
                AddScheduled(SequenceOf(message.Id), message.DueAt);
            }
            else
            {
                Restore(message);
            }
        }
    }

    public long IdOf(long sequence) => (Id << MessageStore.SequenceBits) | sequence;

    protected abstract void Restore(StoredMessage message);

    protected abstract long Enqueue(byte[] content, TimeSpan timeToLive, IReadOnlyList<int> copies);

    /// <summary>Says anew who gets a copy of a message that was stored before.</summary>
    protected abstract IReadOnlyList<int> Route(MessageFields content);

    protected BusException Missing(string state, long sequence) =>
        new($"There is no {state} message with sequence number {sequence}.", BusFault.MessageNotFound, Path);

    protected long TakeSequence()
    {
        State.Numbered.Add(this);
        return Next++;
    }

    private long Schedule(Incoming message)
    {
        var sequence = TakeSequence();
        State.Store.Insert(new(
            IdOf(sequence), MessageStatus.Scheduled, State.Now, long.MaxValue, message.ScheduledFor, sequence, null, 0, message.Content));
        AddScheduled(sequence, message.ScheduledFor);
        return sequence;
    }

    private void AddScheduled(long sequence, long dueAt)
    {
        var entry = new ScheduledEntry(this, sequence);
        _scheduled.Add(sequence, entry);
        State.Deadlines.Set(entry, dueAt);
    }

    private void EnqueueScheduled(long sequence)
    {
        _scheduled.Remove(sequence);
        var content = State.Store.Read(IdOf(sequence)).Content;
        State.Store.Delete(IdOf(sequence), 0);
        var message = MessageFields.Decode(content);
        Enqueue(content, message.TimeToLive, Route(message));
    }

    private sealed class ScheduledEntry(BrokerEntity entity, long sequence) : Timed
    {
        public override void OnDue() => entity.EnqueueScheduled(sequence);
    }
}

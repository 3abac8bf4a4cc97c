using IntegrationHub.LocalPlatform.ServiceBus.Messages;

namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>
/// An entity that accepts messages: numbers them, drops duplicates, stores scheduled ones until they are due.
/// </summary>
internal abstract class BrokerEntity
{
    private readonly TimeSpan? _duplicateWindow;
    private readonly Quota _quota;
    private long _next;
    private long _bytes;

    protected BrokerEntity(string path, TimeSpan? duplicateWindow, Quota quota, BrokerState state)
    {
        Path = path;
        State = state;
        _duplicateWindow = duplicateWindow;
        _quota = quota;
        (Id, _next, _bytes) = state.Store.Entity(path);
        quota.Used += _bytes;
    }

    public string Path { get; }

    public long Id { get; }

    protected BrokerState State { get; }

    /// <summary>
    /// Takes messages, all or none, and returns the sequence numbers they have, or would have if they were no
    /// duplicates.
    /// </summary>
    /// <exception cref="BusException">One of them cannot be taken, or they are too large together.</exception>
    public long[] Accept(IReadOnlyList<Incoming> messages)
    {
        var bytes = 0L;
        foreach (var message in messages)
        {
            Require(message);
            bytes += message.Content.Length;
        }

        _quota.Require(bytes);
        return [.. messages.Select(Accept)];
    }

    /// <exception cref="BusException">One of them is not scheduled; then none is cancelled.</exception>
    public void Cancel(IReadOnlyList<long> sequences)
    {
        var scheduled = sequences.Distinct().Select(FindScheduled).ToList();
        scheduled.ForEach(Delete);
    }

    /// <summary>Enqueues a scheduled message. Its copies and its life are decided at this moment.</summary>
    public void EnqueueScheduled(long id)
    {
        var scheduled = State.Store.Find(id)!;
        Delete(scheduled);
        var fields = new MessageFields(scheduled.Content);
        Enqueue(new(fields.MessageId!, fields.SessionId, scheduled.Content, fields.TimeToLive, 0, Route(fields, scheduled.Content)));
    }

    /// <summary>Saves what of it changed in this round.</summary>
    public void Save() => State.Store.SaveEntity(Id, _next, _bytes);

    public long IdOf(long sequence) => MessageStore.IdOf(Id, sequence);

    /// <exception cref="BusException">The message cannot be taken.</exception>
    protected virtual void Require(Incoming message)
    {
    }

    /// <summary>Takes a message whose time has come, and returns its sequence number.</summary>
    protected abstract long Enqueue(Incoming message);

    /// <summary>Decides who gets a copy of a message.</summary>
    protected abstract IReadOnlyList<MessageCopy> Route(MessageFields fields, byte[] content);

    protected long TakeSequence()
    {
        State.Changed.Add(this);
        return _next++;
    }

    protected void Insert(StoredMessage message)
    {
        State.Store.Insert(message);
        Resize(message.Content.Length);
    }

    protected void Delete(long sequence, int deliveryCount, int size)
    {
        State.Store.Delete(IdOf(sequence), deliveryCount);
        Resize(-size);
    }

    /// <summary>Notes that its messages have more or fewer bytes.</summary>
    protected void Resize(int bytes)
    {
        _bytes += bytes;
        _quota.Used += bytes;
        State.Changed.Add(this);
    }

    protected BusException Missing(string status, long sequence) =>
        new(BusError.MessageNotFound, $"'{Path}' has no {status} message with sequence number {sequence}.");

    private long Accept(Incoming message)
    {
        if (_duplicateWindow is { } window && !State.Store.See(Id, message.MessageId, State.Now, State.Now + window.Ticks))
        {
            return TakeSequence();
        }

        return message.ScheduledFor > State.Now ? Schedule(message) : Enqueue(message);
    }

    private long Schedule(Incoming message)
    {
        var sequence = TakeSequence();
        Insert(new(
            IdOf(sequence),
            MessageStatus.Scheduled,
            EnqueuedAt: State.Now,
            ExpiresAt: long.MaxValue,
            DueAt: message.ScheduledFor,
            Origin: sequence,
            Source: null,
            SessionId: null,
            DeliveryCount: 0,
            message.Content));
        State.ExpectDue(message.ScheduledFor);
        return sequence;
    }

    private StoredMessage FindScheduled(long sequence) => State.Store.Find(IdOf(sequence)) is { Status: MessageStatus.Scheduled } message
        ? message
        : throw Missing("scheduled", sequence);

    private void Delete(StoredMessage message) => Delete(message.Sequence, message.DeliveryCount, message.Content.Length);
}

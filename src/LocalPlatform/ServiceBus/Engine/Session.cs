namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>A session that has active messages or a holder. Its deadline is the end of its lock.</summary>
internal sealed class Session : Timed
{
    private readonly SessionBook _book;

    public Session(SessionBook book, string id, Func<Session, ReadyMessages> ready)
    {
        _book = book;
        Id = id;
        Ready = ready(this);
    }

    public string Id { get; }

    public ReadyMessages Ready { get; }

    /// <summary>Gets the messages that are locked with the session.</summary>
    public HashSet<QueueEntry> Locked { get; } = [];

    /// <summary>Gets or sets the receiver that holds it.</summary>
    public Consumer? Holder { get; set; }

    /// <summary>Gets or sets how many active messages it has, locked ones included.</summary>
    public int Active { get; set; }

    /// <summary>Gets or sets its place among the sessions that can be accepted.</summary>
    public LinkedListNode<Session>? Place { get; set; }

    /// <summary>Counts an active message.</summary>
    public void Add()
    {
        Active++;
        _book.OnChanged(this);
    }

    /// <summary>Removes an active message from the count.</summary>
    public void Remove()
    {
        Active--;
        _book.OnChanged(this);
    }

    public override void OnDue() => _book.OnLockExpired(this);
}

/// <summary>A receiver's wish for a session.</summary>
/// <param name="SessionId">The session, or null for the next one that has messages.</param>
/// <param name="WaitUntil">When a wait for the next one ends, in UTC ticks.</param>
/// <param name="Granted">Is called after the commit with the session's id and the end of its lock.</param>
/// <param name="Refused">Is called when the wait ended without a session.</param>
internal sealed record SessionRequest(string? SessionId, long WaitUntil, Action<string, long> Granted, Action<BusException> Refused);

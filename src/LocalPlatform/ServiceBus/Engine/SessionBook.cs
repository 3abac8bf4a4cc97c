namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>The sessions of a queue: who holds which, which can be accepted, and who waits for one.</summary>
internal sealed class SessionBook(BrokerQueue queue, BrokerState state, TimeSpan lockDuration)
{
    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);

    /// <summary>Sessions with active messages that nobody holds, those that have waited longest first.</summary>
    private readonly LinkedList<Session> _available = [];
    private readonly LinkedList<Waiter> _waiting = [];

    /// <summary>Loads the sessions that have active messages in the store.</summary>
    public void Restore()
    {
        foreach (var (id, count) in state.Store.Sessions(queue.Id))
        {
            var session = Of(id);
            session.Active = count;
            OnChanged(session);
        }
    }

    public Session Of(string id)
    {
        if (!_sessions.TryGetValue(id, out var session))
        {
            session = new(this, id, queue.Ready);
            _sessions.Add(id, session);
        }

        return session;
    }

    public void Accept(Consumer consumer, SessionRequest request)
    {
        if (request.SessionId is { } id)
        {
            var session = Of(id);
            if (session.Holder is not null)
            {
                throw new BusException(
                    BusError.SessionCannotBeLocked, $"The requested session '{id}' cannot be accepted. Another receiver may hold it.");
            }

            Grant(session, consumer, request);
        }
        else if (_available.First is { Value: var next })
        {
            Grant(next, consumer, request);
        }
        else
        {
            var waiter = new Waiter(this, consumer, request);
            waiter.Place = _waiting.AddLast(waiter);
            state.Deadlines.Set(waiter, request.WaitUntil);
        }
    }

    /// <summary>
    /// Releases the session of a closed receiver, or ends its wait for one. The deliveries that it did not
    /// settle do not count.
    /// </summary>
    public void Release(Consumer consumer)
    {
        if (_waiting.FirstOrDefault(waiter => waiter.Consumer == consumer) is { } waiter)
        {
            End(waiter);
        }

        if (consumer.Session is { } session)
        {
            Release(session, isCounted: false);
        }
    }

    public void Serve()
    {
        foreach (var session in _sessions.Values.Where(static session => session.Holder is { Credit: > 0 }).ToList())
        {
            while (session.Holder is { Credit: > 0 } holder && queue.TryDeliver(session.Ready, holder))
            {
            }
        }
    }

    public long Renew(string id, string? holder)
    {
        var session = RequireHeld(id, holder);
        state.Deadlines.Set(session, state.Now + lockDuration.Ticks);
        return session.DueAt;
    }

    /// <summary>
    /// Returns a session that the link of a name holds, or that any link holds when no name is given.
    /// </summary>
    /// <exception cref="BusException">The session is not held, or by another receiver.</exception>
    public Session RequireHeld(string id, string? holder) =>
        _sessions.TryGetValue(id, out var session) && session.Holder is { } consumer && (holder is null || holder == consumer.Name)
            ? session
            : throw Lost(id);

    public void OnLockExpired(Session session)
    {
        var holder = session.Holder!;
        Release(session, isCounted: true);
        holder.Queue = null;
        state.AfterCommit.Add(() => holder.Detach(Lost(session.Id)));
    }

    /// <summary>Updates the lists after a change of the session's messages or holder.</summary>
    public void OnChanged(Session session)
    {
        var isAvailable = session.Holder is null && session.Active > 0;
        if (isAvailable && session.Place is null)
        {
            session.Place = _available.AddLast(session);
            GrantNext();
        }
        else if (!isAvailable && session.Place is { } place)
        {
            _available.Remove(place);
            session.Place = null;
        }

        if (session.Holder is null && session.Active == 0)
        {
            _sessions.Remove(session.Id);
        }
    }

    private static BusException Lost(string id) =>
        new(BusError.SessionLockLost, $"The lock of the session '{id}' has expired. Accept the session again.");

    private void GrantNext()
    {
        while (_available.First is { Value: var session } && _waiting.First is { Value: var waiter })
        {
            End(waiter);
            Grant(session, waiter.Consumer, waiter.Request);
        }
    }

    private void Grant(Session session, Consumer consumer, SessionRequest request)
    {
        session.Holder = consumer;
        consumer.Session = session;
        state.Deadlines.Set(session, state.Now + lockDuration.Ticks);
        OnChanged(session);
        var until = session.DueAt;
        state.AfterCommit.Add(() => request.Granted(session.Id, until));
    }

    private void Release(Session session, bool isCounted)
    {
        queue.SetCredit(session.Holder!, 0);
        session.Holder!.Session = null;
        session.Holder = null;
        state.Deadlines.Set(session, long.MaxValue);
        queue.GiveBackAll(session.Locked, isCounted);
        OnChanged(session);
    }

    private void End(Waiter waiter)
    {
        _waiting.Remove(waiter.Place!);
        state.Deadlines.Set(waiter, long.MaxValue);
    }

    private void OnWaitedLongEnough(Waiter waiter)
    {
        End(waiter);
        waiter.Consumer.Queue = null;
        var timeout = new BusException(BusError.Timeout, $"No session of '{queue.Path}' had messages within the time given.");
        state.AfterCommit.Add(() => waiter.Request.Refused(timeout));
    }

    /// <summary>A receiver that waits for the next session. Its deadline is the end of the wait.</summary>
    private sealed class Waiter(SessionBook book, Consumer consumer, SessionRequest request) : Timed
    {
        public Consumer Consumer => consumer;

        public SessionRequest Request => request;

        public LinkedListNode<Waiter>? Place { get; set; }

        public override void OnDue() => book.OnWaitedLongEnough(this);
    }
}

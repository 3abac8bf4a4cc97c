using System.Collections.Concurrent;
using System.Globalization;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Settings;

namespace IntegrationHub.Functions.Platform.Outward;

/// <summary>Holds effects outwards above a number an hour, over all instances, and notifies ops once. An instance takes
/// a share of the hour at a time in the channel's row and uses it up in memory. So few effects cost a table request,
/// the limit is never exceeded, and a crash costs at most a share.</summary>
internal sealed class OutwardBreaker(
    OutwardStore store, NoticeStore notices, OutwardOptions options, TimeProvider clock) : IDisposable
{
    /// <summary>How long a refusal counts before the row is read again: another instance may have been resumed.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<OutwardChannel, Share> _shares = new();
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Takes one effect.</summary>
    /// <exception cref="OutwardHeldException">Effects of the channel are held.</exception>
    public async Task AcquireAsync(OutwardChannel channel, CancellationToken cancellationToken)
    {
        if (!await TryTakeAsync(channel, 1, cancellationToken))
        {
            throw new OutwardHeldException(channel);
        }
    }

    /// <summary>Runs an effect. One that fails is not counted: a tool that does not answer must not use up the hour.</summary>
    /// <exception cref="OutwardHeldException">Effects of the channel are held.</exception>
    public async Task<T> RunAsync<T>(OutwardChannel channel, Func<Task<T>> effect, CancellationToken cancellationToken)
    {
        var takenAt = clock.GetUtcNow();
        await AcquireAsync(channel, cancellationToken);
        try
        {
            return await effect();
        }
        catch
        {
            _shares.GetValueOrDefault(channel)?.GiveBack(takenAt, clock.GetUtcNow());
            throw;
        }
    }

    /// <summary>Throws when effects are held, so that nothing is prepared in vain. It takes none.</summary>
    /// <exception cref="OutwardHeldException">Effects of the channel are held.</exception>
    public async Task ThrowIfHeldAsync(OutwardChannel channel, CancellationToken cancellationToken)
    {
        if (!await TryTakeAsync(channel, 0, cancellationToken))
        {
            throw new OutwardHeldException(channel);
        }
    }

    /// <summary>Takes effects that go out together. They may pass the limit together.</summary>
    /// <param name="effects">How many; zero asks whether any may go.</param>
    /// <returns>False when effects of the channel are held.</returns>
    public async Task<bool> TryTakeAsync(OutwardChannel channel, int effects, CancellationToken cancellationToken)
    {
        if (OutwardRules.LimitOf(channel.Kind, options) is not { } limit)
        {
            return true;
        }

        var share = _shares.GetOrAdd(channel, static _ => new());
        if (share.TryUse(effects, clock.GetUtcNow()) is { } answer)
        {
            return answer;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            if (share.TryUse(effects, now) is { } meanwhile)
            {
                return meanwhile;
            }

            share.Add(await TakeAsync(channel, share, effects, limit, cancellationToken), now);
            return share.TryUse(effects, now) ?? false;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Counts a message that begins to wait for a channel, or no longer waits. The count is saved with the
    /// channel's next share.</summary>
    public void NoteMoved(OutwardChannel? from, OutwardChannel? to)
    {
        if (from != to)
        {
            Move(from, -1);
            Move(to, 1);
        }
    }

    /// <summary>Returns the state of every channel that took an effect.</summary>
    public async Task<IReadOnlyList<OutwardView>> ListAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return
        [
            .. from row in await store.ListAsync(cancellationToken)
               let holds = OutwardRules.IsHolding(row.Count, now)
               let moved = _shares.GetValueOrDefault(row.Channel)?.Moved ?? 0
               select new OutwardView(
                   row.Channel.Connector, row.Channel.Kind, OutwardRules.LimitOf(row.Channel.Kind, options),
                   holds ? row.Count.HeldSince : null,
                   Math.Max(0, row.Count.Waiting + moved), row.Count.FreeUntil > now ? row.Count.FreeUntil : null),
        ];
    }

    /// <summary>Lets everything to a connector pass for an hour. Other instances follow within half a minute, and waiting
    /// messages within a quarter of an hour.</summary>
    /// <returns>False when nothing to the connector was ever counted.</returns>
    public async Task<bool> ResumeAsync(string connector, CancellationToken cancellationToken)
    {
        var known = (await store.ListAsync(cancellationToken)).Where(row => row.Channel.Connector == connector).ToList();
        foreach (var (channel, _) in known)
        {
            await store.ChangeAsync(channel, count => OutwardRules.Resume(count, clock.GetUtcNow()), cancellationToken);
            await notices.CloseAsync(KeyOf(channel), cancellationToken);
            _shares.GetValueOrDefault(channel)?.Forget();
        }

        return known.Count > 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<OutwardGrant> TakeAsync(
        OutwardChannel channel, Share share, int effects, int limit, CancellationToken cancellationToken)
    {
        var (now, moved, isStored) = (clock.GetUtcNow(), share.TakeMoved(), false);
        OutwardGrant? grant = null;
        try
        {
            var (before, after) = await store.ChangeAsync(
                channel,
                count =>
                {
                    grant = OutwardRules.Take(count with { Waiting = Math.Max(0, count.Waiting + moved) }, effects, limit, now);
                    return grant.Count;
                },
                cancellationToken);
            isStored = true;
            await NotifyAsync(channel, before, after, limit, cancellationToken);
            return grant!;
        }
        catch when (!isStored)
        {
            share.Move(moved);
            throw;
        }
    }

    /// <summary>Opens a notice for a hold that begins, and closes that of one that is over.</summary>
    private async Task NotifyAsync(
        OutwardChannel channel, OutwardCount before, OutwardCount after, int limit, CancellationToken cancellationToken)
    {
        if (before.HeldSince == after.HeldSince)
        {
            return;
        }

        await notices.CloseAsync(KeyOf(channel), cancellationToken);
        if (after.HeldSince is { } since)
        {
            await notices.OpenAsync(NoticeOf(channel, since, limit), cancellationToken);
        }
    }

    private void Move(OutwardChannel? channel, int by)
    {
        if (channel is not null)
        {
            _shares.GetOrAdd(channel, static _ => new()).Move(by);
        }
    }

    private static string KeyOf(OutwardChannel channel) => $"outward:{channel}";

    private static OpsNotice NoticeOf(OutwardChannel channel, DateTimeOffset since, int limit)
    {
        var time = since.UtcDateTime.ToString("d MMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture);
        return new(
            KeyOf(channel), $"The {channel.Words} to {channel.Connector} are held",
            [
                $"More than {limit} {channel.Words} an hour were to go to {channel.Connector}. "
                    + $"Since {time} the rest waits; nothing is lost.",
                "GET /api/outward says how many wait. Look for the cause: an import, a changed mapping, a mass update in a tool.",
                $"If they are right, POST /api/outward/{channel.Connector}/resume lets all pass for an hour. "
                    + $"Otherwise they go on at {limit} an hour.",
                "If they are wrong, mend the cause: each is decided again by its lead's state before it goes.",
            ]);
    }

    /// <summary>What this instance may still send in a channel, and what it counted of the messages that wait.</summary>
    private sealed class Share
    {
        private readonly Lock _lock = new();
        private int _left, _moved;
        private DateTimeOffset _until, _heldUntil;

        public int Moved => Volatile.Read(ref _moved);

        public void Move(int by) => Interlocked.Add(ref _moved, by);

        public int TakeMoved() => Interlocked.Exchange(ref _moved, 0);

        /// <summary>Uses effects of the share.</summary>
        /// <returns>Whether they may go; null when the row must be asked.</returns>
        public bool? TryUse(int effects, DateTimeOffset now)
        {
            lock (_lock)
            {
                if (now < _until && _left >= Math.Max(1, effects))
                {
                    _left -= effects;
                    return true;
                }

                return now < _heldUntil ? false : null;
            }
        }

        public void Add(OutwardGrant grant, DateTimeOffset now)
        {
            lock (_lock)
            {
                _heldUntil = grant.Share == 0 ? now + LookAgain : default;
                _left = grant.Until == _until && grant.Share < int.MaxValue ? _left + grant.Share : grant.Share;
                _until = grant.Until;
            }
        }

        /// <summary>Puts an effect back that was not made, as long as the hour lasts in which it was taken.</summary>
        public void GiveBack(DateTimeOffset takenAt, DateTimeOffset now)
        {
            lock (_lock)
            {
                _left += now < _until && takenAt >= _until.AddHours(-1) && _left < int.MaxValue ? 1 : 0;
            }
        }

        public void Forget()
        {
            lock (_lock)
            {
                (_left, _heldUntil) = (0, default);
            }
        }
    }
}

/// <summary>A channel as the API shows it.</summary>
/// <param name="PerHour">The limit; null when it is off.</param>
/// <param name="HeldSince">Since when effects are held; null when none are.</param>
/// <param name="Waiting">About how many messages wait.</param>
/// <param name="ResumedUntil">Until when nothing is held, because somebody resumed; null otherwise.</param>
internal sealed record OutwardView(
    string Connector, OutwardKind Kind, int? PerHour, DateTimeOffset? HeldSince, int Waiting, DateTimeOffset? ResumedUntil);

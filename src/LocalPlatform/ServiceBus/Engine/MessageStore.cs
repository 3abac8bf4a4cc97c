using Microsoft.Data.Sqlite;

namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>
/// The durable state of a broker: one SQLite file in WAL mode. A commit that promises something is on the disk when it
/// returns, after a power cut too; the broker shares it among all operations that wait, which makes the sync cheap. The
/// file is locked: one process at a time.
/// </summary>
internal sealed class MessageStore : IDisposable
{
    private const int SequenceBits = 40;
    private const int SqliteBusy = 5;
    private const int Version = 2;
    private const int PageSize = 4096;
    private const long Never = long.MaxValue;

    /// <summary>
    /// The indexes cover only what is searched for, so that most messages cost one or no index entry.
    /// </summary>
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS entity (
            id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE COLLATE NOCASE, next INTEGER NOT NULL, bytes INTEGER NOT NULL, topology TEXT);
        CREATE TABLE IF NOT EXISTS message (
            id INTEGER PRIMARY KEY, state INTEGER NOT NULL, enqueued INTEGER NOT NULL, expires INTEGER NOT NULL, due INTEGER NOT NULL,
            origin INTEGER NOT NULL, source TEXT, session TEXT, content BLOB NOT NULL);
        CREATE INDEX IF NOT EXISTS message_expires ON message (expires) WHERE state = 0 AND expires < 9223372036854775807;
        CREATE INDEX IF NOT EXISTS message_due ON message (due) WHERE state = 2;
        CREATE INDEX IF NOT EXISTS message_session ON message (session) WHERE session IS NOT NULL;
        CREATE TABLE IF NOT EXISTS delivery (id INTEGER PRIMARY KEY, count INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS seen (
            entity INTEGER NOT NULL, message TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (entity, message)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS seen_until ON seen (until);
        CREATE TABLE IF NOT EXISTS session (
            entity INTEGER NOT NULL, id TEXT NOT NULL, state BLOB NOT NULL, PRIMARY KEY (entity, id)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS rule (
            entity INTEGER NOT NULL, name TEXT NOT NULL COLLATE NOCASE, definition BLOB NOT NULL, PRIMARY KEY (entity, name)) WITHOUT ROWID;
        """;

    private const string Messages =
        "SELECT m.id, m.state, m.enqueued, m.expires, m.due, m.origin, m.source, m.session, coalesce(d.count, 0), m.content FROM message m";

    private const string Heads = "SELECT m.id, m.expires, m.session, length(m.content), coalesce(d.count, 0) FROM message m";
    private const string Deliveries = "LEFT JOIN delivery d ON d.id = m.id";

    private readonly SqliteConnection _connection;
    private readonly List<SqliteCommand> _commands = [];
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _syncAlways;
    private readonly SqliteCommand _syncLater;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _delete;
    private readonly SqliteCommand _forgetDeliveries;
    private readonly SqliteCommand _countDelivery;
    private readonly SqliteCommand _setStatus;
    private readonly SqliteCommand _setContent;
    private readonly SqliteCommand _read;
    private readonly SqliteCommand _peek;
    private readonly SqliteCommand _peekSession;
    private readonly SqliteCommand _ready;
    private readonly SqliteCommand _readySession;
    private readonly SqliteCommand _expired;
    private readonly SqliteCommand _nextExpiry;
    private readonly SqliteCommand _due;
    private readonly SqliteCommand _nextDue;
    private readonly SqliteCommand _forgetSeen;
    private readonly SqliteCommand _isSeen;
    private readonly SqliteCommand _see;
    private readonly SqliteCommand _saveEntity;
    private bool _syncs = true;

    static MessageStore() => SQLitePCL.Batteries_V2.Init();

    public MessageStore(string directory)
    {
        Directory.CreateDirectory(directory);
        var connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(directory, "bus.db"),
            Pooling = false,
            DefaultTimeout = 1,
        };
        _connection = new(connectionString.ToString());
        try
        {
            Open(directory);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }

        _begin = Command("BEGIN");
        _syncAlways = Command("PRAGMA synchronous=FULL");
        _syncLater = Command("PRAGMA synchronous=NORMAL");
        _commit = Command("COMMIT");
        _insert = Command(
            "INSERT INTO message (id, state, enqueued, expires, due, origin, source, session, content) "
            + "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", 9);
        _delete = Command("DELETE FROM message WHERE id = $1", 1);
        _forgetDeliveries = Command("DELETE FROM delivery WHERE id = $1", 1);
        _countDelivery = Command("INSERT OR REPLACE INTO delivery (id, count) VALUES ($1, $2)", 2);
        _setStatus = Command("UPDATE message SET state = $2 WHERE id = $1", 2);
        _setContent = Command("UPDATE message SET content = $2 WHERE id = $1", 2);
        _read = Command($"{Messages} {Deliveries} WHERE m.id = $1", 1);
        const string peeked = "m.id BETWEEN $1 AND $2 AND (m.state <> 0 OR m.expires > $3) ORDER BY m.id LIMIT $4";
        _peek = Command($"{Messages} {Deliveries} WHERE {peeked}", 4);
        _peekSession = Command($"{Messages} INDEXED BY message_session {Deliveries} WHERE m.session = $5 AND {peeked}", 5);
        const string active = "m.state = 0 AND m.id BETWEEN $1 AND $2 ORDER BY m.id LIMIT $3";
        _ready = Command($"{Heads} {Deliveries} WHERE {active}", 3);
        _readySession = Command($"{Heads} INDEXED BY message_session {Deliveries} WHERE m.session = $4 AND {active}", 4);
        _expired = Command(
            $"{Heads} INDEXED BY message_expires {Deliveries} WHERE m.state = 0 AND m.expires < {Never} AND m.expires <= $1 "
            + "AND (m.expires, m.id) > ($2, $3) ORDER BY m.expires, m.id LIMIT $4",
            4);
        _nextExpiry = Command(
            $"SELECT min(expires) FROM message INDEXED BY message_expires WHERE state = 0 AND expires < {Never} AND expires > $1", 1);
        _due = Command("SELECT id FROM message INDEXED BY message_due WHERE state = 2 AND due <= $1 ORDER BY due, id LIMIT $2", 2);
        _nextDue = Command("SELECT min(due) FROM message INDEXED BY message_due WHERE state = 2");
        _forgetSeen = Command("DELETE FROM seen WHERE until <= $1", 1);
        _isSeen = Command("SELECT 1 FROM seen WHERE entity = $1 AND message = $2 AND until > $3", 3);
        _see = Command("INSERT OR REPLACE INTO seen (entity, message, until) VALUES ($1, $2, $3)", 3);
        _saveEntity = Command("UPDATE entity SET next = $2, bytes = $3 WHERE id = $1", 3);
    }

    public static long SequenceOf(long id) => id & ((1L << SequenceBits) - 1);

    public static long EntityOf(long id) => id >> SequenceBits;

    public static long IdOf(long entity, long sequence) => (entity << SequenceBits) | sequence;

    public static long LastIdOf(long entity) => IdOf(entity, (1L << SequenceBits) - 1);

    /// <summary>
    /// Begins a round. Without <paramref name="sync"/> its commit survives a kill, and the next synced one takes it to
    /// the disk.
    /// </summary>
    public void Begin(bool sync)
    {
        if (sync != _syncs)
        {
            Run(sync ? _syncAlways : _syncLater);
            _syncs = sync;
        }

        Run(_begin);
    }

    public void Commit() => Run(_commit);

    /// <summary>
    /// Returns the entity's number, its next sequence number and the size of its messages; a path not seen before is
    /// added.
    /// </summary>
    public (long Id, long Next, long Bytes) Entity(string path)
    {
        Execute("INSERT OR IGNORE INTO entity (path, next, bytes) VALUES ($1, 1, 0)", path);
        return Query(
            "SELECT id, next, bytes FROM entity WHERE path = $1",
            static row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)),
            path)[0];
    }

    public void SaveEntity(long entity, long next, long bytes) => Run(_saveEntity, entity, next, bytes);

    public void Insert(StoredMessage message)
    {
        Run(
            _insert,
            message.Id,
            (long)message.Status,
            message.EnqueuedAt,
            message.ExpiresAt,
            message.DueAt,
            message.Origin,
            (object?)message.Source ?? DBNull.Value,
            (object?)message.SessionId ?? DBNull.Value,
            message.Content);
        if (message.DeliveryCount > 0)
        {
            CountDelivery(message.Id, message.DeliveryCount);
        }
    }

    public void Delete(long id, int deliveryCount)
    {
        Run(_delete, id);
        if (deliveryCount > 0)
        {
            Run(_forgetDeliveries, id);
        }
    }

    public void CountDelivery(long id, int count)
    {
        if (count > 0)
        {
            Run(_countDelivery, id, (long)count);
        }
        else
        {
            Run(_forgetDeliveries, id);
        }
    }

    public void SetStatus(long id, MessageStatus status) => Run(_setStatus, id, (long)status);

    public void SetContent(long id, byte[] content) => Run(_setContent, id, content);

    /// <summary>Returns a message, or null when there is none of that number.</summary>
    public StoredMessage? Find(long id)
    {
        using var row = Start(_read, id);
        return row.Read() ? ReadMessage(row) : null;
    }

    /// <summary>
    /// Returns messages of an entity, or of one of its sessions, that have not expired. It stops after
    /// <paramref name="maxBytes"/>, but not before the first.
    /// </summary>
    public List<StoredMessage> Peek(long entity, string? session, long fromSequence, long now, int limit, int maxBytes)
    {
        object[] range = [IdOf(entity, fromSequence), LastIdOf(entity), now, (long)limit];
        using var row = session is null ? Start(_peek, range) : Start(_peekSession, [.. range, session]);
        var messages = new List<StoredMessage>();
        while (maxBytes > 0 && row.Read())
        {
            messages.Add(ReadMessage(row));
            maxBytes -= messages[^1].Content.Length;
        }

        return messages;
    }

    /// <summary>Returns the heads of active messages of an entity, or of one of its sessions, in order.</summary>
    public List<MessageHead> Ready(long entity, string? session, long fromSequence, int limit)
    {
        object[] range = [IdOf(entity, fromSequence), LastIdOf(entity), (long)limit];
        using var row = session is null ? Start(_ready, range) : Start(_readySession, [.. range, session]);
        return ReadAll(row, ReadHead);
    }

    /// <summary>Returns active messages whose life is over, oldest end first, after the one given.</summary>
    public List<MessageHead> Expired(long now, long afterExpiry, long afterId, int limit)
    {
        using var row = Start(_expired, now, afterExpiry, afterId, (long)limit);
        return ReadAll(row, ReadHead);
    }

    /// <summary>
    /// Returns the next end of a life after <paramref name="now"/>, the greatest value when there is none.
    /// </summary>
    public long NextExpiry(long now) => Scalar(_nextExpiry, now) ?? Never;

    /// <summary>Returns scheduled messages whose time has come, in the order of their times.</summary>
    public List<long> Due(long now, int limit)
    {
        using var row = Start(_due, now, (long)limit);
        return ReadAll(row, static row => row.GetInt64(0));
    }

    /// <summary>Returns when the next scheduled message is due, the greatest value when there is none.</summary>
    public long NextDue() => Scalar(_nextDue) ?? Never;

    /// <summary>
    /// Returns the messages of an entity that were delivered at least <paramref name="count"/> times.
    /// </summary>
    public List<long> DeliveredAtLeast(long entity, int count) => Query(
        "SELECT d.id FROM delivery d JOIN message m ON m.id = d.id WHERE d.id BETWEEN $1 AND $2 AND d.count >= $3",
        static row => row.GetInt64(0),
        IdOf(entity, 0),
        LastIdOf(entity),
        (long)count);

    /// <summary>
    /// Returns the sessions of an entity that have active messages, and how many, those with the oldest message first.
    /// </summary>
    public List<(string Session, int Count)> Sessions(long entity) => Query(
        "SELECT session, count(*) FROM message WHERE session IS NOT NULL AND state = 0 AND id BETWEEN $1 AND $2 "
        + "GROUP BY session ORDER BY min(id)",
        static row => (row.GetString(0), row.GetInt32(1)),
        IdOf(entity, 0),
        LastIdOf(entity));

    /// <summary>Returns the state that was set on a session, or null.</summary>
    public byte[]? SessionState(long entity, string session) =>
        Query("SELECT state FROM session WHERE entity = $1 AND id = $2", static row => row.GetFieldValue<byte[]>(0), entity, session)
            .FirstOrDefault();

    /// <summary>Sets the state of a session; null removes it.</summary>
    public void SetSessionState(long entity, string session, byte[]? state)
    {
        if (state is null)
        {
            Execute("DELETE FROM session WHERE entity = $1 AND id = $2", entity, session);
        }
        else
        {
            Execute("INSERT OR REPLACE INTO session (entity, id, state) VALUES ($1, $2, $3)", entity, session, state);
        }
    }

    /// <summary>
    /// Returns what rules the topology file gave the subscription when its rules were stored, or null when none are
    /// stored.
    /// </summary>
    public string? RulesOrigin(long entity) =>
        Query("SELECT topology FROM entity WHERE id = $1", static row => row.IsDBNull(0) ? null : row.GetString(0), entity)[0];

    public List<byte[]> Rules(long entity) =>
        Query("SELECT definition FROM rule WHERE entity = $1 ORDER BY name", static row => row.GetFieldValue<byte[]>(0), entity);

    /// <summary>Replaces the stored rules of a subscription.</summary>
    public void SaveRules(long entity, string? origin, IEnumerable<(string Name, byte[] Definition)> rules)
    {
        Execute("DELETE FROM rule WHERE entity = $1", entity);
        foreach (var (name, definition) in rules)
        {
            Execute("INSERT INTO rule (entity, name, definition) VALUES ($1, $2, $3)", entity, name, definition);
        }

        Execute("UPDATE entity SET topology = $2 WHERE id = $1", entity, (object?)origin ?? DBNull.Value);
    }

    /// <summary>Notes a message id. Returns false when it was noted before and is still remembered.</summary>
    public bool See(long entity, string messageId, long now, long until)
    {
        if (Scalar(_isSeen, entity, messageId, now) is not null)
        {
            return false;
        }

        Run(_see, entity, messageId, until);
        return true;
    }

    public void ForgetSeen(long now) => Run(_forgetSeen, now);

    /// <summary>Returns how many bytes of the file hold nothing, and how many it has.</summary>
    public (long Free, long Total) Space() => (
        Query("PRAGMA freelist_count", static row => row.GetInt64(0))[0] * PageSize,
        Query("PRAGMA page_count", static row => row.GetInt64(0))[0] * PageSize);

    /// <summary>Gives free space at the end of the file back to the system.</summary>
    public void Shrink(long bytes) => Query($"PRAGMA incremental_vacuum({bytes / PageSize})", static _ => 0);

    public void Dispose()
    {
        _commands.ForEach(static command => command.Dispose());
        _connection.Dispose();
    }

    private static StoredMessage ReadMessage(SqliteDataReader row) => new(
        row.GetInt64(0),
        (MessageStatus)row.GetInt32(1),
        row.GetInt64(2),
        row.GetInt64(3),
        row.GetInt64(4),
        row.GetInt64(5),
        row.IsDBNull(6) ? null : row.GetString(6),
        row.IsDBNull(7) ? null : row.GetString(7),
        row.GetInt32(8),
        row.GetFieldValue<byte[]>(9));

    private static MessageHead ReadHead(SqliteDataReader row) =>
        new(row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetInt32(3), row.GetInt32(4));

    private static List<T> ReadAll<T>(SqliteDataReader row, Func<SqliteDataReader, T> read)
    {
        var all = new List<T>();
        while (row.Read())
        {
            all.Add(read(row));
        }

        return all;
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        Bind(command, values);
        command.ExecuteNonQuery();
    }

    private static SqliteDataReader Start(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        Bind(command, values);
        return command.ExecuteReader();
    }

    private static long? Scalar(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        Bind(command, values);
        return command.ExecuteScalar() as long?;
    }

    private static void Bind(SqliteCommand command, ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }
    }

    private void Open(string directory)
    {
        try
        {
            _connection.Open();
            Execute(
                $"PRAGMA page_size={PageSize}; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL;");
            Execute(
                "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=33554432; PRAGMA cache_size=-16000;");
            Execute("BEGIN IMMEDIATE");
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SqliteBusy)
        {
            throw new IOException($"The data directory '{directory}' is in use by another process; one broker at a time may use it.", e);
        }

        RequireVersion(directory);
        Execute($"{Schema} PRAGMA user_version={Version}; COMMIT;");
    }

    private void RequireVersion(string directory)
    {
        var version = Query("PRAGMA user_version", static row => row.GetInt64(0))[0];
        var tables = Query("SELECT count(*) FROM sqlite_schema", static row => row.GetInt64(0))[0];
        if (version != Version && (version != 0 || tables > 0))
        {
            throw new IOException(
                $"The messages in '{directory}' were stored by another version of the broker. Delete 'bus.db*' there to start empty.");
        }
    }

    private void Execute(string sql, params ReadOnlySpan<object> values)
    {
        using var command = Create(sql, values.Length);
        Run(command, values);
    }

    private List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object> values)
    {
        using var command = Create(sql, values.Length);
        using var row = Start(command, values);
        return ReadAll(row, read);
    }

    /// <summary>Makes a command that lives as long as the store.</summary>
    private SqliteCommand Command(string sql, int parameters = 0)
    {
        var command = Create(sql, parameters);
        _commands.Add(command);
        return command;
    }

    private SqliteCommand Create(string sql, int parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 1; i <= parameters; i++)
        {
            command.Parameters.Add(new() { ParameterName = $"${i}" });
        }

        return command;
    }
}

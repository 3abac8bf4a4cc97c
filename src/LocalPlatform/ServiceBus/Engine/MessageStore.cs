using Microsoft.Data.Sqlite;

namespace IntegrationHub.LocalPlatform.ServiceBus.Engine;

/// <summary>One stored message. <paramref name="Id"/> is the entity's number and the sequence number in one, so an entity's messages lie together in order.</summary>
internal sealed record StoredMessage(
    long Id,
    MessageStatus State,
    long EnqueuedAt,
    long ExpiresAt,
    long DueAt,
    long Origin,
    string? Source,
    int DeliveryCount,
    byte[] Content);

/// <summary>
/// The durable state of a broker: one SQLite file in WAL mode with <c>synchronous=FULL</c>, so that a commit is on the disk when it returns, after a power cut
/// too; the broker shares each commit among all operations that wait, which makes the sync cheap. Locked exclusively: one process at a time.
/// </summary>
internal sealed class MessageStore : IDisposable
{
    public const int SequenceBits = 40;
    private const int SqliteBusy = 5;
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS entity (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE COLLATE NOCASE, next INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS message (
            id INTEGER PRIMARY KEY, state INTEGER NOT NULL, enqueued INTEGER NOT NULL, expires INTEGER NOT NULL, due INTEGER NOT NULL,
            origin INTEGER NOT NULL, source TEXT, content BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS delivery (id INTEGER PRIMARY KEY, count INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS seen (entity INTEGER NOT NULL, message TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (entity, message)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS seen_until ON seen (until);
        """;

    private const string Columns =
        "SELECT m.id, m.state, m.enqueued, m.expires, m.due, m.origin, m.source, coalesce(d.count, 0), m.content FROM message m LEFT JOIN delivery d ON d.id = m.id";

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _full;
    private readonly SqliteCommand _normal;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _rollback;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _delete;
    private readonly SqliteCommand _forgetDeliveries;
    private readonly SqliteCommand _countDelivery;
    private readonly SqliteCommand _setState;
    private readonly SqliteCommand _setContent;
    private readonly SqliteCommand _read;
    private readonly SqliteCommand _page;
    private readonly SqliteCommand _forgetSeen;
    private readonly SqliteCommand _isSeen;
    private readonly SqliteCommand _see;
    private readonly SqliteCommand _saveNext;

    static MessageStore() => SQLitePCL.Batteries_V2.Init();

    public MessageStore(string directory)
    {
        Directory.CreateDirectory(directory);
        var connectionString = new SqliteConnectionStringBuilder { DataSource = Path.Combine(directory, "bus.db"), Pooling = false, DefaultTimeout = 1 };
        _connection = new(connectionString.ToString());
        try
        {
            _connection.Open();
            Execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-32000;");
            Execute($"BEGIN IMMEDIATE; {Schema} COMMIT;");
        }
        catch (SqliteException e)
        {
            _connection.Dispose();
            throw e.SqliteErrorCode == SqliteBusy
                ? new IOException($"The data directory '{directory}' is in use by another process; an embedded bus belongs to one process at a time.", e)
                : e;
        }

        _begin = Command("BEGIN");
        _full = Command("PRAGMA synchronous=FULL");
        _normal = Command("PRAGMA synchronous=NORMAL");
        _commit = Command("COMMIT");
        _rollback = Command("ROLLBACK");
        _insert = Command(
            "INSERT INTO message (id, state, enqueued, expires, due, origin, source, content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", 8);
        _delete = Command("DELETE FROM message WHERE id = $1", 1);
        _forgetDeliveries = Command("DELETE FROM delivery WHERE id = $1", 1);
        _countDelivery = Command("INSERT OR REPLACE INTO delivery (id, count) VALUES ($1, $2)", 2);
        _setState = Command("UPDATE message SET state = $2 WHERE id = $1", 2);
        _setContent = Command("UPDATE message SET content = $2 WHERE id = $1", 2);
        _read = Command($"{Columns} WHERE m.id = $1", 1);
        _page = Command($"{Columns} WHERE m.id BETWEEN $1 AND $2 AND (m.state <> 0 OR m.expires > $3) ORDER BY m.id LIMIT $4", 4);
        _forgetSeen = Command("DELETE FROM seen WHERE until <= $1", 1);
        _isSeen = Command("SELECT 1 FROM seen WHERE entity = $1 AND message = $2 AND until > $3", 3);
        _see = Command("INSERT OR REPLACE INTO seen (entity, message, until) VALUES ($1, $2, $3)", 3);
        _saveNext = Command("UPDATE entity SET next = $2 WHERE id = $1", 2);
    }

    private bool _isFull = true;

    /// <summary>With <paramref name="sync"/> the commit is on the disk when it returns; without it survives a kill, and the next synced one takes it to the disk.</summary>
    public void Begin(bool sync)
    {
        if (sync != _isFull)
        {
            (sync ? _full : _normal).ExecuteNonQuery();
            _isFull = sync;
        }

        _begin.ExecuteNonQuery();
    }

    public void Commit() => _commit.ExecuteNonQuery();

    public void Rollback() => _rollback.ExecuteNonQuery();

    /// <summary>Answers the entity's number and its next sequence number; a path not seen before is added.</summary>
    public (long Id, long Next) Entity(string path)
    {
        using var add = Command("INSERT OR IGNORE INTO entity (path, next) VALUES ($1, 1)", 1);
        Run(add, path);
        using var find = Command("SELECT id, next FROM entity WHERE path = $1", 1);
        find.Parameters[0].Value = path;
        using var row = find.ExecuteReader();
        row.Read();
        return (row.GetInt64(0), row.GetInt64(1));
    }

    /// <summary>Answers an entity's messages in order, without their content.</summary>
    public List<StoredMessage> Index(long entity)
    {
        using var index = Command(Columns.Replace("m.content", "NULL", StringComparison.Ordinal) + " WHERE m.id BETWEEN $1 AND $2 ORDER BY m.id", 2);
        index.Parameters[0].Value = entity << SequenceBits;
        index.Parameters[1].Value = ((entity + 1) << SequenceBits) - 1;
        return Rows(index);
    }

    public void SaveNext(long entity, long next) => Run(_saveNext, entity, next);

    public void Insert(StoredMessage message)
    {
        Run(
            _insert,
            message.Id,
            (long)message.State,
            message.EnqueuedAt,
            message.ExpiresAt,
            message.DueAt,
            message.Origin,
            (object?)message.Source ?? DBNull.Value,
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

    public void CountDelivery(long id, int count) => Run(_countDelivery, id, (long)count);

    public void SetState(long id, MessageStatus state) => Run(_setState, id, (long)state);

    public void SetContent(long id, byte[] content) => Run(_setContent, id, content);

    public StoredMessage Read(long id)
    {
        _read.Parameters[0].Value = id;
        return Rows(_read)[0];
    }

    /// <summary>Answers up to <paramref name="limit"/> messages from <paramref name="first"/> to <paramref name="last"/> that have not expired.</summary>
    public List<StoredMessage> Page(long first, long last, long now, int limit)
    {
        _page.Parameters[0].Value = first;
        _page.Parameters[1].Value = last;
        _page.Parameters[2].Value = now;
        _page.Parameters[3].Value = (long)limit;
        return Rows(_page);
    }

    /// <summary>Notes a message id; answers false when it was noted before and is remembered still.</summary>
    public bool See(long entity, string messageId, long now, long until)
    {
        _isSeen.Parameters[0].Value = entity;
        _isSeen.Parameters[1].Value = messageId;
        _isSeen.Parameters[2].Value = now;
        if (_isSeen.ExecuteScalar() is not null)
        {
            return false;
        }

        Run(_see, entity, messageId, until);
        return true;
    }

    public void ForgetSeen(long now) => Run(_forgetSeen, now);

    public void Dispose()
    {
        foreach (var command in (ReadOnlySpan<SqliteCommand>)[
            _begin, _commit, _rollback, _insert, _delete, _forgetDeliveries, _countDelivery, _setState, _setContent, _read, _page, _forgetSeen, _isSeen, _see, _saveNext])
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        command.ExecuteNonQuery();
    }

    private static List<StoredMessage> Rows(SqliteCommand query)
    {
        using var row = query.ExecuteReader();
        var messages = new List<StoredMessage>();
        while (row.Read())
        {
            messages.Add(new(
                row.GetInt64(0),
                (MessageStatus)row.GetInt32(1),
                row.GetInt64(2),
                row.GetInt64(3),
                row.GetInt64(4),
                row.GetInt64(5),
                row.IsDBNull(6) ? null : row.GetString(6),
                row.GetInt32(7),
                row.IsDBNull(8) ? [] : row.GetFieldValue<byte[]>(8)));
        }

        return messages;
    }

    private void Execute(string sql)
    {
        using var command = Command(sql);
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, int parameters = 0)
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

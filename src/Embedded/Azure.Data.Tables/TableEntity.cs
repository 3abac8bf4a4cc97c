using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Azure.Data.Tables;

/// <summary>An entity without a class of its own: a dictionary of properties, by names that differ in case.</summary>
/// <remarks>An entity read from a table also has <c>odata.etag</c> and <c>Timestamp</c> among its keys; neither is ever sent.</remarks>
public sealed class TableEntity : ITableEntity, IDictionary<string, object>
{
    private readonly Dictionary<string, object?> _properties;

    /// <summary>Makes an entity without properties or keys.</summary>
    public TableEntity() => _properties = [];

    /// <summary>Makes an entity with keys.</summary>
    /// <param name="partitionKey">The partition key.</param>
    /// <param name="rowKey">The row key.</param>
    public TableEntity(string partitionKey, string rowKey)
        : this()
    {
        PartitionKey = partitionKey;
        RowKey = rowKey;
    }

    /// <summary>Makes an entity with a copy of some properties.</summary>
    /// <param name="values">The properties, keys among them; null is none.</param>
    public TableEntity(IDictionary<string, object>? values) => _properties = values is null ? [] : new(values!);

    /// <inheritdoc/>
    /// <value>Null, against its type, as long as none was set.</value>
    public string PartitionKey
    {
        get => GetString(EntityNames.PartitionKey)!;
        set => _properties[EntityNames.PartitionKey] = value;
    }

    /// <inheritdoc/>
    /// <value>Null, against its type, as long as none was set.</value>
    public string RowKey
    {
        get => GetString(EntityNames.RowKey)!;
        set => _properties[EntityNames.RowKey] = value;
    }

    /// <inheritdoc/>
    public DateTimeOffset? Timestamp
    {
        get => GetDateTimeOffset(EntityNames.Timestamp);
        set => _properties[EntityNames.Timestamp] = value;
    }

    /// <inheritdoc/>
    public ETag ETag
    {
        get => GetString(EntityNames.ETag) is { } value ? new ETag(value) : default;
        set => _properties[EntityNames.ETag] = value.ToString();
    }

    /// <inheritdoc/>
    public int Count => _properties.Count;

    /// <inheritdoc/>
    public ICollection<string> Keys => _properties.Keys;

    /// <inheritdoc/>
    ICollection<object> IDictionary<string, object>.Values => _properties.Values!;

    /// <inheritdoc/>
    bool ICollection<KeyValuePair<string, object>>.IsReadOnly => false;

    internal Dictionary<string, object?> Properties => _properties;

    /// <summary>Gets or sets a property; reading one that is not there gives null.</summary>
    /// <param name="key">The property's name.</param>
    /// <remarks>Over a long or a double an int is stored as a long or a double, over a string a time as its text, so that the stored type stays.</remarks>
    public object? this[string key]
    {
        get => Find(key);
        set => _properties[Checked(key)] = Keep(Find(key), value);
    }

    /// <inheritdoc/>
    object IDictionary<string, object>.this[string key]
    {
        get => this[key]!;
        set => this[key] = value;
    }

    /// <summary>Gets a string; null when it is not there.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public string? GetString(string key) => Get<string>(key);

    /// <summary>Gets bytes; null when they are not there.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public BinaryData? GetBinaryData(string key) => Find(key) is byte[] bytes ? new BinaryData(bytes) : Get<BinaryData>(key);

    /// <summary>Gets bytes; null when they are not there.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public byte[]? GetBinary(string key) => Get<byte[]>(key);

    /// <summary>Gets a truth value; null when it is not there.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public bool? GetBoolean(string key) => Get<bool?>(key);

    /// <summary>Gets a UTC time; null when it is not there.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public DateTime? GetDateTime(string key) => Find(key) is DateTimeOffset time ? time.UtcDateTime : Get<DateTime?>(key);

    /// <summary>Gets a time; null when it is not there.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public DateTimeOffset? GetDateTimeOffset(string key) => Find(key) is DateTime time ? new DateTimeOffset(time) : Get<DateTimeOffset?>(key);

    /// <summary>Gets a floating point number; null when it is not there.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public double? GetDouble(string key) => Get<double?>(key);

    /// <summary>Gets a Guid; null when it is not there.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public Guid? GetGuid(string key) => Get<Guid?>(key);

    /// <summary>Gets a 32-bit number; null when it is not there.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public int? GetInt32(string key) => Get<int?>(key);

    /// <summary>Gets a 64-bit number; null when it is not there.</summary>
    /// <param name="key">The property's name.</param>
    /// <exception cref="InvalidOperationException">The property has another type.</exception>
    public long? GetInt64(string key) => Get<long?>(key);

    /// <summary>Sets a property, also one that is already there.</summary>
    /// <param name="key">The property's name.</param>
    /// <param name="value">Its value; a null is not stored.</param>
    public void Add(string key, object? value) => this[key] = value;

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _properties.ContainsKey(key);

    /// <inheritdoc/>
    public bool Remove(string key) => _properties.Remove(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object value) => _properties.TryGetValue(key, out value!);

    /// <inheritdoc/>
    public void Clear() => _properties.Clear();

    /// <inheritdoc/>
    void ICollection<KeyValuePair<string, object>>.Add(KeyValuePair<string, object> item) => this[item.Key] = item.Value;

    /// <inheritdoc/>
    bool ICollection<KeyValuePair<string, object>>.Contains(KeyValuePair<string, object> item) =>
        ((ICollection<KeyValuePair<string, object?>>)_properties).Contains(item!);

    /// <inheritdoc/>
    void ICollection<KeyValuePair<string, object>>.CopyTo(KeyValuePair<string, object>[] array, int arrayIndex) =>
        ((ICollection<KeyValuePair<string, object?>>)_properties).CopyTo(array!, arrayIndex);

    /// <inheritdoc/>
    bool ICollection<KeyValuePair<string, object>>.Remove(KeyValuePair<string, object> item) =>
        ((ICollection<KeyValuePair<string, object?>>)_properties).Remove(item!);

    /// <inheritdoc/>
    IEnumerator<KeyValuePair<string, object>> IEnumerable<KeyValuePair<string, object>>.GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, object>>)_properties!).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => _properties.GetEnumerator();

    private static string Checked(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return key;
    }

    private static object? Keep(object? existing, object? value) => (existing, value) switch
    {
        (double, int number) => (double)number,
        (long, int number) => (long)number,
        (string, DateTime or DateTimeOffset) => value.ToString(),
        _ => value,
    };

    private object? Find(string key) => _properties.GetValueOrDefault(Checked(key));

    private T? Get<T>(string key) => Find(key) switch
    {
        null => default,
        T value => value,
        var other => throw new InvalidOperationException($"Cannot return {typeof(T)} type for a {other.GetType()} typed property."),
    };
}

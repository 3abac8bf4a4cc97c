using System.Text.Json;

namespace Azure.Data.Tables;

/// <summary>Reads the entities of one response, straight from its bytes.</summary>
internal sealed class EntityReader<T>
    where T : class, ITableEntity
{
    private readonly EntityShape? _shape = typeof(IDictionary<string, object>).IsAssignableFrom(typeof(T)) ? null : EntityShape.Of(typeof(T));

    // The entities of a page mostly have the same names in the same order, so a name seen at a place is likely the one there again.
    private readonly List<string> _names = [];

    /// <summary>Reads a response that is one entity.</summary>
    internal T ReadOne(ReadOnlySpan<byte> body)
    {
        var json = new Utf8JsonReader(body);
        json.Read();
        return Read(ref json);
    }

    /// <summary>Reads a response that is a page of entities.</summary>
    internal List<T> ReadPage(ReadOnlySpan<byte> body)
    {
        List<T> entities = [];
        var json = new Utf8JsonReader(body);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isList = json.ValueTextEquals("value"u8);
            json.Read();
            if (!isList)
            {
                json.Skip();
                continue;
            }

            while (json.Read() && json.TokenType == JsonTokenType.StartObject)
            {
                entities.Add(Read(ref json));
            }
        }

        return entities;
    }

    private T Read(ref Utf8JsonReader json)
    {
        var entity = Activator.CreateInstance<T>();
        if (_shape is null)
        {
            ReadDictionary(ref json, (IDictionary<string, object>)entity);
        }
        else
        {
            ReadClass(ref json, entity, _shape);
        }

        return entity;
    }

    private static void ReadClass(ref Utf8JsonReader json, T entity, EntityShape shape)
    {
        var next = 0;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (shape.Find(ref json, ref next) is { } member)
            {
                json.Read();
                member.Read(entity, ref json);
            }
            else
            {
                ReadSystemProperty(ref json, entity);
            }
        }
    }

    private static void ReadSystemProperty(ref Utf8JsonReader json, T entity)
    {
        if (json.ValueTextEquals(EntityNames.PartitionKey))
        {
            json.Read();
            entity.PartitionKey = json.GetString()!;
        }
        else if (json.ValueTextEquals(EntityNames.RowKey))
        {
            json.Read();
            entity.RowKey = json.GetString()!;
        }
        else if (json.ValueTextEquals(EntityNames.Timestamp))
        {
            json.Read();
            entity.Timestamp = PropertyCodec.ReadTime(ref json);
        }
        else if (json.ValueTextEquals(EntityNames.ETag))
        {
            json.Read();
            entity.ETag = new ETag(json.GetString()!);
        }
        else
        {
            json.Read();
            json.Skip();
        }
    }

    private void ReadDictionary(ref Utf8JsonReader json, IDictionary<string, object> entity)
    {
        var type = StringType.Text;
        for (var place = 0; json.Read() && json.TokenType == JsonTokenType.PropertyName; place++)
        {
            var name = Name(ref json, place);
            json.Read();
            if (name.EndsWith(EntityNames.TypeSuffix, StringComparison.Ordinal))
            {
                type = TypeOf(ref json);
                continue;
            }

            if (name != EntityNames.Metadata)
            {
                entity[name] = Value(ref json, name == EntityNames.Timestamp ? StringType.Time : type)!;
            }

            type = StringType.Text;
        }
    }

    private string Name(ref Utf8JsonReader json, int place)
    {
        if (place < _names.Count)
        {
            if (!json.ValueTextEquals(_names[place]))
            {
                _names[place] = json.GetString()!;
            }

            return _names[place];
        }

        var name = json.GetString()!;
        _names.Add(name);
        return name;
    }

    private static StringType TypeOf(ref Utf8JsonReader json) =>
        json.ValueTextEquals(EdmType.DateTime.EncodedUtf8Bytes) ? StringType.Time
        : json.ValueTextEquals(EdmType.Int64.EncodedUtf8Bytes) ? StringType.Long
        : json.ValueTextEquals(EdmType.Guid.EncodedUtf8Bytes) ? StringType.Guid
        : json.ValueTextEquals(EdmType.Double.EncodedUtf8Bytes) ? StringType.Double
        : json.ValueTextEquals(EdmType.Binary.EncodedUtf8Bytes) ? StringType.Binary
        : StringType.Text;

    private static object? Value(ref Utf8JsonReader json, StringType type) => (json.TokenType, type) switch
    {
        (JsonTokenType.Null, _) => null,
        (JsonTokenType.True, _) => true,
        (JsonTokenType.False, _) => false,
        (JsonTokenType.Number, StringType.Double) => json.GetDouble(),
        (JsonTokenType.Number, _) => Number(ref json),
        (_, StringType.Text) => json.GetString(),
        (_, StringType.Time) => PropertyCodec.ReadTime(ref json),
        (_, StringType.Long) => PropertyCodec.For<long>().Read(ref json),
        (_, StringType.Guid) => PropertyCodec.For<Guid>().Read(ref json),
        (_, StringType.Double) => PropertyCodec.For<double>().Read(ref json),
        _ => json.GetBytesFromBase64(),
    };

    private static object Number(ref Utf8JsonReader json)
    {
        if (json.TryGetInt32(out var small))
        {
            return small;
        }

        return json.TryGetInt64(out var large) ? large : (object)json.GetDouble();
    }

    /// <summary>What a JSON string stands for.</summary>
    private enum StringType
    {
        Text,
        Time,
        Long,
        Guid,
        Double,
        Binary,
    }
}

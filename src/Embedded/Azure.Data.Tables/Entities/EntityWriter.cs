using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Azure.Data.Tables;

/// <summary>Writes an entity as the service takes it: keys, what is not null, and the types that JSON cannot tell.</summary>
internal static class EntityWriter
{
    private static readonly JsonEncodedText PartitionKey = JsonEncodedText.Encode(EntityNames.PartitionKey);
    private static readonly JsonEncodedText RowKey = JsonEncodedText.Encode(EntityNames.RowKey);

    [ThreadStatic]
    private static Utf8JsonWriter? spare;

    internal static void Write(IBufferWriter<byte> output, ITableEntity entity)
    {
        var json = spare ?? new(output, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        spare = null;
        json.Reset(output);

        json.WriteStartObject();
        WriteKey(json, PartitionKey, entity.PartitionKey);
        WriteKey(json, RowKey, entity.RowKey);
        switch (entity)
        {
            case TableEntity dictionary:
                WriteAll(json, dictionary.Properties);
                break;
            case IEnumerable<KeyValuePair<string, object?>> properties:
                WriteAll(json, properties);
                break;
            default:
                EntityShape.Of(entity.GetType()).Write(entity, json);
                break;
        }

        json.WriteEndObject();
        json.Flush();
        spare = json;
    }

    private static void WriteKey(Utf8JsonWriter json, JsonEncodedText name, string? key)
    {
        if (key is not null)
        {
            json.WriteString(name, key);
        }
    }

    private static void WriteAll(Utf8JsonWriter json, Dictionary<string, object?> properties)
    {
        foreach (var (name, value) in properties)
        {
            WriteOne(json, name, value);
        }
    }

    private static void WriteAll(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, object?>> properties)
    {
        foreach (var (name, value) in properties)
        {
            WriteOne(json, name, value);
        }
    }

    private static void WriteOne(Utf8JsonWriter json, string name, object? value)
    {
        if (value is null || name is EntityNames.PartitionKey or EntityNames.RowKey or EntityNames.Timestamp or EntityNames.ETag)
        {
            return;
        }

        switch (value)
        {
            case string text:
                json.WriteString(PropertyName.Of(name).Value, text);
                break;
            case bool flag:
                json.WriteBoolean(PropertyName.Of(name).Value, flag);
                break;
            case int number:
                json.WriteNumber(PropertyName.Of(name).Value, number);
                break;
            case long number:
                PropertyCodec.WriteInt64(json, PropertyName.Of(name), number);
                break;
            case ulong number:
                PropertyCodec.WriteInt64(json, PropertyName.Of(name), number);
                break;
            case double number:
                PropertyCodec.WriteDouble(json, PropertyName.Of(name), number);
                break;
            case Guid id:
                PropertyCodec.WriteGuid(json, PropertyName.Of(name), id);
                break;
            case DateTimeOffset time:
                PropertyCodec.WriteTime(json, PropertyName.Of(name), time.UtcDateTime);
                break;
            case DateTime time:
                PropertyCodec.WriteTime(json, PropertyName.Of(name), PropertyCodec.Utc(time));
                break;
            case byte[] bytes:
                PropertyCodec.WriteBinary(json, PropertyName.Of(name), bytes);
                break;
            case BinaryData bytes:
                PropertyCodec.WriteBinary(json, PropertyName.Of(name), bytes.ToMemory().Span);
                break;
            case Enum:
                throw new NotSupportedException("Enum values are only supported for custom model types implementing ITableEntity.");
            default:
                throw new NotSupportedException($"Not supported type {value.GetType()}.");
        }
    }
}

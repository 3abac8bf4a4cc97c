using System.Globalization;
using System.Text.Json;

namespace Azure.Data.Tables;

/// <summary>How one .NET type is written and read as a property. Types not in this table have no place in the service.</summary>
internal sealed class PropertyCodec<T>(PropertyCodec<T>.Writer write, PropertyCodec<T>.Reader read)
{
    internal delegate void Writer(Utf8JsonWriter json, PropertyName name, T value);

    internal delegate T Reader(ref Utf8JsonReader json);

    internal Writer Write { get; } = write;

    internal Reader Read { get; } = read;
}

/// <summary>The table of the types that a property may have.</summary>
internal static class PropertyCodec
{
    private static readonly Dictionary<Type, object> ByType = new()
    {
        [typeof(string)] = new PropertyCodec<string?>(
            static (json, name, value) => json.WriteString(name.Value, value),
            static (ref json) => json.TokenType == JsonTokenType.String ? json.GetString() : null),
        [typeof(bool)] = new PropertyCodec<bool>(
            static (json, name, value) => json.WriteBoolean(name.Value, value),
            static (ref json) => json.TokenType switch { JsonTokenType.True => true, JsonTokenType.False => false, _ => throw Mismatch<bool>(ref json) }),
        [typeof(int)] = new PropertyCodec<int>(
            static (json, name, value) => json.WriteNumber(name.Value, value),
            static (ref json) => json.TokenType == JsonTokenType.Number && json.TryGetInt32(out var value) ? value : throw Mismatch<int>(ref json)),
        [typeof(long)] = new PropertyCodec<long>(
            static (json, name, value) => WriteInt64(json, name, value),
            static (ref json) => long.Parse(Text<long>(ref json), CultureInfo.InvariantCulture)),
        [typeof(ulong)] = new PropertyCodec<ulong>(
            static (json, name, value) => WriteInt64(json, name, value),
            static (ref json) => ulong.Parse(Text<ulong>(ref json), CultureInfo.InvariantCulture)),
        [typeof(double)] = new PropertyCodec<double>(
            static (json, name, value) => WriteDouble(json, name, value),
            static (ref json) => json.TokenType == JsonTokenType.Number ? json.GetDouble() : double.Parse(Text<double>(ref json), CultureInfo.InvariantCulture)),
        [typeof(Guid)] = new PropertyCodec<Guid>(
            static (json, name, value) => WriteGuid(json, name, value),
            static (ref json) => Guid.Parse(Text<Guid>(ref json))),
        [typeof(DateTime)] = new PropertyCodec<DateTime>(
            static (json, name, value) => WriteTime(json, name, Utc(value)),
            static (ref json) => DateTime.Parse(Text<DateTime>(ref json), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)),
        [typeof(DateTimeOffset)] = new PropertyCodec<DateTimeOffset>(
            static (json, name, value) => WriteTime(json, name, value.UtcDateTime),
            static (ref json) => ReadTime(ref json)),
        [typeof(byte[])] = new PropertyCodec<byte[]>(
            static (json, name, value) => WriteBinary(json, name, value),
            static (ref json) => json.TokenType == JsonTokenType.String ? json.GetBytesFromBase64() : throw Mismatch<byte[]>(ref json)),
        [typeof(BinaryData)] = new PropertyCodec<BinaryData>(
            static (json, name, value) => WriteBinary(json, name, value.ToMemory().Span),
            static (ref json) => new BinaryData(json.TokenType == JsonTokenType.String ? json.GetBytesFromBase64() : throw Mismatch<BinaryData>(ref json))),
    };

    /// <exception cref="NotSupportedException">The service has no such type.</exception>
    internal static PropertyCodec<T> For<T>() => ByType.TryGetValue(typeof(T), out var codec)
        ? (PropertyCodec<T>)codec
        : throw new NotSupportedException($"Not supported type {typeof(T)}.");

    internal static PropertyCodec<T?> ForNullable<T>()
        where T : struct
    {
        var inner = typeof(T).IsEnum ? ForEnum<T>() : For<T>();
        return new((json, name, value) => inner.Write(json, name, value!.Value), (ref json) => inner.Read(ref json));
    }

    /// <summary>An enum goes by its name, and comes back by name or number.</summary>
    internal static PropertyCodec<T> ForEnum<T>()
        where T : struct => new(
            static (json, name, value) => json.WriteString(name.Value, value.ToString()),
            static (ref json) => Enum.Parse<T>(Text<T>(ref json)));

    internal static void WriteInt64<T>(Utf8JsonWriter json, PropertyName name, T value)
        where T : IUtf8SpanFormattable
    {
        Span<byte> digits = stackalloc byte[24];
        value.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        json.WriteString(name.Type, EdmType.Int64);
        json.WriteString(name.Value, digits[..length]);
    }

    internal static void WriteDouble(Utf8JsonWriter json, PropertyName name, double value)
    {
        json.WriteString(name.Type, EdmType.Double);
        if (double.IsFinite(value))
        {
            json.WriteNumber(name.Value, value);
        }
        else
        {
            json.WriteString(name.Value, double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        }
    }

    internal static void WriteGuid(Utf8JsonWriter json, PropertyName name, Guid value)
    {
        json.WriteString(name.Type, EdmType.Guid);
        json.WriteString(name.Value, value);
    }

    internal static void WriteTime(Utf8JsonWriter json, PropertyName name, DateTime utc)
    {
        Span<byte> text = stackalloc byte[28];
        utc.TryFormat(text, out var length, "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffff'Z'", CultureInfo.InvariantCulture);
        json.WriteString(name.Type, EdmType.DateTime);
        json.WriteString(name.Value, text[..length]);
    }

    internal static void WriteBinary(Utf8JsonWriter json, PropertyName name, ReadOnlySpan<byte> value)
    {
        json.WriteString(name.Type, EdmType.Binary);
        json.WriteBase64String(name.Value, value);
    }

    internal static DateTime Utc(DateTime value) => value.Kind == DateTimeKind.Utc
        ? value
        : throw new NotSupportedException(
            $"DateTime {value} has a Kind of {value.Kind}, and the service stores UTC only. DateTime.SpecifyKind or a DateTimeOffset says which time is meant.");

    internal static DateTimeOffset ReadTime(ref Utf8JsonReader json) => json.TokenType == JsonTokenType.String && json.TryGetDateTimeOffset(out var time)
        ? time
        : DateTimeOffset.Parse(Text<DateTimeOffset>(ref json), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

    private static string Text<T>(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.String ? json.GetString()! : throw Mismatch<T>(ref json);

    private static InvalidCastException Mismatch<T>(ref Utf8JsonReader json) => new($"A property stored as JSON {json.TokenType} cannot be read as {typeof(T)}.");
}

using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Refit;

/// <summary>JSON by System.Text.Json.</summary>
/// <param name="jsonSerializerOptions">How JSON is written and read.</param>
public sealed class SystemTextJsonContentSerializer(JsonSerializerOptions jsonSerializerOptions) : IHttpContentSerializer
{
    /// <summary>Takes the default options.</summary>
    public SystemTextJsonContentSerializer()
        : this(GetDefaultJsonSerializerOptions())
    {
    }

    /// <summary>Gets how JSON is written and read.</summary>
    public JsonSerializerOptions SerializerOptions { get; } = jsonSerializerOptions;

    /// <summary>
    /// Makes the default options: camelCase names, reading names in any case and numbers from strings too, enums as camelCase
    /// strings, <see cref="object"/> read as the plain type it looks like, a repeated name refused.
    /// </summary>
    /// <returns>Options of one's own, free to change.</returns>
    public static JsonSerializerOptions GetDefaultJsonSerializerOptions() => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        PropertyNameCaseInsensitive = true,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        AllowDuplicateProperties = false,
        Converters = { new ObjectToInferredTypesConverter(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <inheritdoc/>
    public HttpContent ToHttpContent<T>(T item)
    {
        // What an interface or an abstract class declares is less than what the object holds, unless it names its subtypes.
        var byRuntimeType = item is not null && (typeof(T).IsInterface || typeof(T).IsAbstract)
            && !typeof(T).IsDefined(typeof(JsonPolymorphicAttribute)) && !typeof(T).IsDefined(typeof(JsonDerivedTypeAttribute));

        return JsonContent.Create(item, byRuntimeType ? item!.GetType() : typeof(T), options: SerializerOptions);
    }

    /// <inheritdoc/>
    public Task<T?> FromHttpContentAsync<T>(HttpContent content, CancellationToken cancellationToken = default) =>
        content.ReadFromJsonAsync<T>(SerializerOptions, cancellationToken);

    /// <inheritdoc/>
    public string? GetFieldNameForProperty(PropertyInfo propertyInfo)
    {
        ArgumentNullException.ThrowIfNull(propertyInfo);
        return propertyInfo.GetCustomAttribute<JsonPropertyNameAttribute>(inherit: true)?.Name;
    }
}

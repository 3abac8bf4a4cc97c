using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;

namespace Refit.Embedded;

/// <summary>Takes values apart into the keys and texts of a query or a form.</summary>
/// <param name="settings">Names the keys and joins the collections.</param>
/// <param name="format">The text of one simple value, given where its attributes stand.</param>
internal sealed class PairWriter(RefitSettings settings, Func<object, ICustomAttributeProvider, string?> format)
{
    /// <summary>An object that holds itself would never end.</summary>
    private const int MaxDepth = 32;

    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Properties = new();

    private readonly List<KeyValuePair<string, string>> _pairs = [];

    public IReadOnlyList<KeyValuePair<string, string>> Pairs => _pairs;

    /// <summary>Writes a parameter's value.</summary>
    /// <param name="name">The key of a value that is not taken apart.</param>
    /// <param name="value">The value; null is left out.</param>
    /// <param name="declaredType">Whose properties count.</param>
    /// <param name="source">Where the attributes of the value stand.</param>
    /// <param name="skip">A property of the value that is used elsewhere already.</param>
    public void WriteParameter(string name, object? value, Type declaredType, ICustomAttributeProvider source, Func<PropertyInfo, bool>? skip = null)
    {
        var query = InvariantText.QueryOf(source);
        if (value is null || IsOneText(value, query) || value is (IEnumerable and not IDictionary))
        {
            Write(name, value, declaredType, source, query, 0);
            return;
        }

        WriteParts(query?.Prefix is { Length: > 0 } prefix ? prefix : null, value, declaredType, source, query?.Delimiter ?? ".", 0, skip);
    }

    private static bool IsOneText(object value, QueryAttribute? query) => query?.TreatAsString == true || InvariantText.IsSimple(value);

    private static string Join(string? key, string delimiter, string name) => key is null ? name : key + delimiter + name;

    private static PropertyInfo[] ReadableProperties(Type type) => Properties.GetOrAdd(type, static type =>
        [.. (type.IsInterface ? type.GetInterfaces().Append(type) : [type])
            .SelectMany(owner => owner.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Where(property => property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)]);

    private void Write(string key, object? value, Type declaredType, ICustomAttributeProvider source, QueryAttribute? query, int depth)
    {
        switch (value)
        {
            case null when query?.SerializeNull == true:
                Add(key, string.Empty);
                break;
            case null:
                break;
            case var _ when query?.TreatAsString == true:
                Add(key, format(value.ToString() ?? string.Empty, source));
                break;
            case var _ when InvariantText.IsSimple(value):
                Add(key, format(value, source));
                break;
            case IEnumerable and not IDictionary:
                WriteCollection(key, (IEnumerable)value, source, query, depth);
                break;
            default:
                WriteParts(key, value, declaredType, source, query?.Delimiter ?? ".", depth, null);
                break;
        }
    }

    private void WriteParts(
        string? key, object value, Type declaredType, ICustomAttributeProvider source, string delimiter, int depth, Func<PropertyInfo, bool>? skip)
    {
        if (depth == MaxDepth)
        {
            return;
        }

        if (value is IDictionary dictionary)
        {
            foreach (DictionaryEntry entry in dictionary)
            {
                Write(Join(key, delimiter, format(entry.Key, source) ?? string.Empty), entry.Value, typeof(object), source, null, depth + 1);
            }

            return;
        }

        foreach (var property in ReadableProperties(declaredType == typeof(object) ? value.GetType() : declaredType))
        {
            if (skip?.Invoke(property) != true)
            {
                var query = InvariantText.QueryOf(property);
                var name = query?.Prefix is { Length: > 0 } prefix ? prefix + query.Delimiter + NameOf(property) : NameOf(property);
                Write(Join(key, delimiter, name), property.GetValue(value), property.PropertyType, property, query, depth + 1);
            }
        }
    }

    private void WriteCollection(string key, IEnumerable values, ICustomAttributeProvider source, QueryAttribute? query, int depth)
    {
        var how = query?.IsCollectionFormatSpecified == true ? query.CollectionFormat : settings.CollectionFormat;
        var items = values.Cast<object?>();
        switch (how)
        {
            case CollectionFormat.Multi:
                foreach (var item in items.OfType<object>())
                {
                    Add(key, format(item, source));
                }

                break;
            case CollectionFormat.Indexed:
                foreach (var (index, item) in items.Index())
                {
                    Write(string.Create(CultureInfo.InvariantCulture, $"{key}[{index}]"), item, typeof(object), source, null, depth + 1);
                }

                break;
            default:
                var separator = how switch
                {
                    CollectionFormat.Ssv => ' ',
                    CollectionFormat.Tsv => '\t',
                    CollectionFormat.Pipes => '|',
                    _ => ',',
                };
                Add(key, string.Join(separator, items.Select(item => item is null ? null : format(item, source))));
                break;
        }
    }

    private string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<AliasAsAttribute>(inherit: true)?.Name
        ?? settings.ContentSerializer.GetFieldNameForProperty(property)
        ?? settings.UrlParameterKeyFormatter.Format(property.Name);

    private void Add(string key, string? value)
    {
        if (value is not null)
        {
            _pairs.Add(new(key, value));
        }
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.Serialization;

namespace Refit.Embedded;

/// <summary>The text of a value, the same in every culture.</summary>
internal static class InvariantText
{
    private static readonly ConcurrentDictionary<Enum, string?> EnumMembers = new();

    public static string? Of(object? value, string? format) => value switch
    {
        null => null,
        Enum member when EnumMembers.GetOrAdd(member, ReadEnumMember) is { } text => text,
        IFormattable formattable => formattable.ToString(string.IsNullOrWhiteSpace(format) ? null : format, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    /// <summary>Says whether a value is written as one text, rather than by its elements or properties.</summary>
    public static bool IsSimple(object value) => value is string or bool or char or IFormattable or Uri or CultureInfo;

    public static QueryAttribute? QueryOf(ICustomAttributeProvider source) =>
        source.GetCustomAttributes(typeof(QueryAttribute), inherit: true) is [QueryAttribute query, ..] ? query : null;

    private static string? ReadEnumMember(Enum member) =>
        member.GetType().GetField(member.ToString())?.GetCustomAttribute<EnumMemberAttribute>()?.Value;
}

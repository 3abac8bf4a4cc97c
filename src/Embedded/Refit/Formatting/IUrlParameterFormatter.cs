using System.Reflection;

namespace Refit;

/// <summary>Turns a value into its text in a path or a query.</summary>
public interface IUrlParameterFormatter
{
    /// <summary>Formats one value; the caller escapes the result.</summary>
    /// <param name="value">The value.</param>
    /// <param name="attributeProvider">Where the attributes of the value stand: a parameter or a property.</param>
    /// <param name="type">The type that the value belongs to.</param>
    /// <returns>The text; null leaves the value out.</returns>
    string? Format(object? value, ICustomAttributeProvider attributeProvider, Type type);
}

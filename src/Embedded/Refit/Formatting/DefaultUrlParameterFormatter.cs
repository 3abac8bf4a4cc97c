using System.Reflection;
using Refit.Embedded;

namespace Refit;

/// <summary>Formats invariantly: by <see cref="QueryAttribute.Format"/>, an enum by its <c>EnumMember</c> value or its name.</summary>
public class DefaultUrlParameterFormatter : IUrlParameterFormatter
{
    /// <inheritdoc/>
    public virtual string? Format(object? value, ICustomAttributeProvider attributeProvider, Type type)
    {
        ArgumentNullException.ThrowIfNull(attributeProvider);
        return InvariantText.Of(value, InvariantText.QueryOf(attributeProvider)?.Format);
    }
}

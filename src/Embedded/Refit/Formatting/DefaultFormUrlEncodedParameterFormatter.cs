using Refit.Embedded;

namespace Refit;

/// <summary>Formats invariantly; an enum by its <c>EnumMember</c> value or its name.</summary>
public class DefaultFormUrlEncodedParameterFormatter : IFormUrlEncodedParameterFormatter
{
    /// <inheritdoc/>
    public virtual string? Format(object? value, string? formatString) => InvariantText.Of(value, formatString);
}

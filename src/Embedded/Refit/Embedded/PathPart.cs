using System.Reflection;

namespace Refit.Embedded;

/// <summary>A piece of a path: words as they stand, or a placeholder.</summary>
internal abstract record PathPart
{
    public sealed record Words(string Text) : PathPart;

    /// <param name="Parameter">Whose value stands here.</param>
    /// <param name="Properties">The way from the parameter's value to the value meant; empty is the value itself.</param>
    /// <param name="Rest">Whether slashes in the value stay what they are.</param>
    /// <param name="Optional">Whether a null takes the slash before it away.</param>
    public sealed record Placeholder(ParameterInfo Parameter, IReadOnlyList<PropertyInfo> Properties, bool Rest, bool Optional) : PathPart;
}

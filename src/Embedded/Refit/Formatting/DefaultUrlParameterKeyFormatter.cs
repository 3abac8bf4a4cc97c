namespace Refit;

/// <summary>Takes the property's name as it is.</summary>
public class DefaultUrlParameterKeyFormatter : IUrlParameterKeyFormatter
{
    /// <inheritdoc/>
    public virtual string Format(string key) => key;
}

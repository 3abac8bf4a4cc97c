namespace Refit;

/// <summary>Turns a property's name into its key in a query or a form, where no attribute names it.</summary>
public interface IUrlParameterKeyFormatter
{
    /// <summary>Formats one name.</summary>
    /// <param name="key">The property's name.</param>
    /// <returns>The key.</returns>
    string Format(string key);
}

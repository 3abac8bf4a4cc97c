using System.Reflection;

namespace Refit;

/// <summary>Turns objects into bodies and bodies into objects.</summary>
public interface IHttpContentSerializer
{
    /// <summary>Makes a body of an object.</summary>
    /// <typeparam name="T">The declared type of the parameter.</typeparam>
    /// <param name="item">The object.</param>
    /// <returns>The body.</returns>
    HttpContent ToHttpContent<T>(T item);

    /// <summary>Makes an object of a body.</summary>
    /// <typeparam name="T">The declared type of the result.</typeparam>
    /// <param name="content">The body.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The object; null where the body says so.</returns>
    Task<T?> FromHttpContentAsync<T>(HttpContent content, CancellationToken cancellationToken = default);

    /// <summary>Asks what the serializer calls a property.</summary>
    /// <param name="propertyInfo">The property.</param>
    /// <returns>The name that an attribute gives it; null if none does.</returns>
    string? GetFieldNameForProperty(PropertyInfo propertyInfo);
}

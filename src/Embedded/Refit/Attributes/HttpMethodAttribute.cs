namespace Refit;

/// <summary>The verb and the path of a method.</summary>
/// <param name="path">Starts with a slash and may hold placeholders: <c>{name}</c>, <c>{name.property}</c>, <c>{**rest}</c>, <c>{name?}</c>.</param>
public abstract class HttpMethodAttribute(string path) : Attribute
{
    /// <summary>Gets the verb.</summary>
    public abstract HttpMethod Method { get; }

    /// <summary>Gets or sets the path, which is appended to the base address's own path.</summary>
    public virtual string Path { get; protected set; } = path;
}

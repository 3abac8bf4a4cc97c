namespace Refit;

/// <summary>The parameter is the request's body. A stream, a string and an <see cref="HttpContent"/> are sent as they are.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class BodyAttribute : Attribute
{
    /// <summary>Makes a body in the serializer's format, buffered as the settings say.</summary>
    public BodyAttribute()
    {
    }

    /// <summary>Makes a body in the serializer's format.</summary>
    /// <param name="buffered">True to buffer the body first, so that the request says its length.</param>
    public BodyAttribute(bool buffered) => Buffered = buffered;

    /// <summary>Makes a body in a format of its own.</summary>
    /// <param name="serializationMethod">The body's format.</param>
    public BodyAttribute(BodySerializationMethod serializationMethod) => SerializationMethod = serializationMethod;

    /// <summary>Makes a body in a format of its own.</summary>
    /// <param name="serializationMethod">The body's format.</param>
    /// <param name="buffered">True to buffer the body first, so that the request says its length.</param>
    public BodyAttribute(BodySerializationMethod serializationMethod, bool buffered)
    {
        SerializationMethod = serializationMethod;
        Buffered = buffered;
    }

    /// <summary>Gets whether the body is buffered first; null leaves it to <see cref="RefitSettings.Buffered"/>.</summary>
    public bool? Buffered { get; }

    /// <summary>Gets the body's format.</summary>
    public BodySerializationMethod SerializationMethod { get; } = BodySerializationMethod.Default;
}

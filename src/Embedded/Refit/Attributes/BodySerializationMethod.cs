namespace Refit;

/// <summary>How a body becomes bytes.</summary>
public enum BodySerializationMethod
{
    /// <summary>A string is sent as it is, anything else by the content serializer.</summary>
    Default = 0,

    /// <summary>A form: the public properties of an object, or the entries of a dictionary.</summary>
    UrlEncoded = 2,

    /// <summary>By the content serializer, a string too.</summary>
    Serialized = 3,
}

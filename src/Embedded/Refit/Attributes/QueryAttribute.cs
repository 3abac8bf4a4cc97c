namespace Refit;

/// <summary>Says how a parameter or a property is written in the query, or in a form.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class QueryAttribute : Attribute
{
    private CollectionFormat? _collectionFormat;

    /// <summary>Writes it by the rules alone.</summary>
    public QueryAttribute()
    {
    }

    /// <summary>Names what joins the names of an object and its properties.</summary>
    /// <param name="delimiter">What joins the names.</param>
    public QueryAttribute(string delimiter) => Delimiter = delimiter;

    /// <summary>Names what comes before the names of an object's properties.</summary>
    /// <param name="delimiter">What joins the names.</param>
    /// <param name="prefix">What comes before them.</param>
    public QueryAttribute(string delimiter, string prefix)
    {
        Delimiter = delimiter;
        Prefix = prefix;
    }

    /// <summary>Names what comes before the names, and the format of the values.</summary>
    /// <param name="delimiter">What joins the names.</param>
    /// <param name="prefix">What comes before them.</param>
    /// <param name="format">A format string for the values.</param>
    public QueryAttribute(string delimiter, string prefix, string format)
    {
        Delimiter = delimiter;
        Prefix = prefix;
        Format = format;
    }

    /// <summary>Says how a collection is written.</summary>
    /// <param name="collectionFormat">How it is written.</param>
    public QueryAttribute(CollectionFormat collectionFormat) => CollectionFormat = collectionFormat;

    /// <summary>Gets what joins the names of an object and its properties. Default: a dot.</summary>
    public string Delimiter { get; } = ".";

    /// <summary>Gets what comes before the names of an object's properties; null is nothing.</summary>
    public string? Prefix { get; }

    /// <summary>Gets or sets a format string for the values; null is their own default.</summary>
    public string? Format { get; set; }

    /// <summary>Gets or sets whether a null is written as an empty value instead of being left out.</summary>
    public bool SerializeNull { get; set; }

    /// <summary>Gets or sets whether an object is written by its <c>ToString</c> instead of by its properties.</summary>
    public bool TreatAsString { get; set; }

    /// <summary>Gets or sets how a collection is written.</summary>
    public CollectionFormat CollectionFormat
    {
        get => _collectionFormat ?? CollectionFormat.RefitParameterFormatter;
        set => _collectionFormat = value;
    }

    /// <summary>Gets whether <see cref="CollectionFormat"/> was set; if not, <see cref="RefitSettings.CollectionFormat"/> holds.</summary>
    public bool IsCollectionFormatSpecified => _collectionFormat is not null;
}

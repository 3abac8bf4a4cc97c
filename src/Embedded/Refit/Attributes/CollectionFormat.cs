namespace Refit;

/// <summary>How a collection is written in a query or a form.</summary>
public enum CollectionFormat
{
    /// <summary>The default: joined by commas.</summary>
    RefitParameterFormatter = 0,

    /// <summary>Joined by commas.</summary>
    Csv = 1,

    /// <summary>Joined by spaces.</summary>
    Ssv = 2,

    /// <summary>Joined by tabs.</summary>
    Tsv = 3,

    /// <summary>Joined by vertical bars.</summary>
    Pipes = 4,

    /// <summary>The key once for each element.</summary>
    Multi = 5,

    /// <summary>The key with the element's index in brackets, once for each element.</summary>
    Indexed = 6,
}

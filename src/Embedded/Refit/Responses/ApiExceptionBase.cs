namespace Refit;

/// <summary>A request that failed. It holds the request, so also its headers: do not let it out to where it could be logged.</summary>
public abstract class ApiExceptionBase : Exception
{
    /// <summary>Takes the cause's own words.</summary>
    /// <param name="message">The request.</param>
    /// <param name="httpMethod">Its verb.</param>
    /// <param name="refitSettings">The settings it was sent with.</param>
    /// <param name="innerException">The cause.</param>
    protected ApiExceptionBase(HttpRequestMessage message, HttpMethod httpMethod, RefitSettings refitSettings, Exception innerException)
        : this((innerException ?? throw new ArgumentNullException(nameof(innerException))).Message, message, httpMethod, refitSettings, innerException)
    {
    }

    /// <summary>Takes words of one's own.</summary>
    /// <param name="exceptionMessage">What happened.</param>
    /// <param name="message">The request.</param>
    /// <param name="httpMethod">Its verb.</param>
    /// <param name="refitSettings">The settings it was sent with.</param>
    /// <param name="innerException">The cause, or null.</param>
    protected ApiExceptionBase(
        string exceptionMessage, HttpRequestMessage message, HttpMethod httpMethod, RefitSettings refitSettings, Exception? innerException)
        : base(exceptionMessage, innerException)
    {
        RequestMessage = message;
        HttpMethod = httpMethod;
        RefitSettings = refitSettings;
    }

    /// <summary>Gets the request.</summary>
    public HttpRequestMessage RequestMessage { get; }

    /// <summary>Gets the request's verb.</summary>
    public HttpMethod HttpMethod { get; }

    /// <summary>Gets the request's address.</summary>
    public Uri? Uri => RequestMessage.RequestUri;

    /// <summary>Gets the settings the request was sent with.</summary>
    public RefitSettings RefitSettings { get; }
}

namespace Refit;

/// <summary>No answer came: the connection failed, a time limit passed, a handler threw. The cause is the inner exception.</summary>
public class ApiRequestException : ApiExceptionBase
{
    /// <summary>Takes the cause's own words.</summary>
    /// <param name="message">The request.</param>
    /// <param name="httpMethod">Its verb.</param>
    /// <param name="refitSettings">The settings it was sent with.</param>
    /// <param name="innerException">The cause.</param>
    public ApiRequestException(HttpRequestMessage message, HttpMethod httpMethod, RefitSettings refitSettings, Exception innerException)
        : base(message, httpMethod, refitSettings, innerException)
    {
    }

    /// <summary>Takes words of one's own.</summary>
    /// <param name="exceptionMessage">What happened.</param>
    /// <param name="message">The request.</param>
    /// <param name="httpMethod">Its verb.</param>
    /// <param name="refitSettings">The settings it was sent with.</param>
    /// <param name="innerException">The cause, or null.</param>
    public ApiRequestException(
        string exceptionMessage, HttpRequestMessage message, HttpMethod httpMethod, RefitSettings refitSettings, Exception? innerException)
        : base(exceptionMessage, message, httpMethod, refitSettings, innerException)
    {
    }
}

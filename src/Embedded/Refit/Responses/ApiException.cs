using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;

namespace Refit;

/// <summary>An answer that is an error: its status is outside 2xx, or its body cannot be read.</summary>
public class ApiException : ApiExceptionBase
{
    private const string ProblemDetailsMediaType = "application/problem+json";

    /// <summary>Takes everything from the answer.</summary>
    /// <param name="exceptionMessage">What happened.</param>
    /// <param name="message">The request.</param>
    /// <param name="httpMethod">Its verb.</param>
    /// <param name="content">The answer's body, or null.</param>
    /// <param name="statusCode">The answer's status.</param>
    /// <param name="reasonPhrase">The words beside the status, or null.</param>
    /// <param name="headers">The answer's headers.</param>
    /// <param name="refitSettings">The settings the request was sent with.</param>
    /// <param name="innerException">The cause, or null.</param>
    protected ApiException(
        string exceptionMessage,
        HttpRequestMessage message,
        HttpMethod httpMethod,
        string? content,
        HttpStatusCode statusCode,
        string? reasonPhrase,
        HttpResponseHeaders headers,
        RefitSettings refitSettings,
        Exception? innerException)
        : base(exceptionMessage, message, httpMethod, refitSettings, innerException)
    {
        Content = content;
        StatusCode = statusCode;
        ReasonPhrase = reasonPhrase;
        Headers = headers;
    }

    /// <summary>Gets the answer's status.</summary>
    public HttpStatusCode StatusCode { get; }

    /// <summary>Gets the words beside the status, or null.</summary>
    public string? ReasonPhrase { get; }

    /// <summary>Gets the answer's headers.</summary>
    public HttpResponseHeaders Headers { get; }

    /// <summary>Gets or sets the headers of the answer's body, or null.</summary>
    public HttpContentHeaders? ContentHeaders { get; protected set; }

    /// <summary>Gets or sets the answer's body as text; null where it could not be read.</summary>
    public string? Content { get; set; }

    /// <summary>Gets whether there is more than blanks in <see cref="Content"/>.</summary>
    [MemberNotNullWhen(true, nameof(Content))]
    public bool HasContent => !string.IsNullOrWhiteSpace(Content);

    /// <summary>Makes the exception of a failed answer.</summary>
    /// <param name="message">The request.</param>
    /// <param name="httpMethod">Its verb.</param>
    /// <param name="response">The answer; its body is read.</param>
    /// <param name="refitSettings">The settings the request was sent with.</param>
    /// <returns>The exception; a <see cref="ValidationApiException"/> where the body is problem details.</returns>
    public static Task<ApiException> Create(
        HttpRequestMessage message, HttpMethod httpMethod, HttpResponseMessage response, RefitSettings refitSettings)
    {
        ArgumentNullException.ThrowIfNull(response);
        if (response.IsSuccessStatusCode)
        {
            throw new ArgumentException("The response is a success, which is no exception.", nameof(response));
        }

        var text = $"Response status code does not indicate success: {(int)response.StatusCode} ({response.ReasonPhrase}).";
        return Create(text, message, httpMethod, response, refitSettings, null);
    }

    /// <summary>Makes the exception of an answer that is not as it should be.</summary>
    /// <param name="exceptionMessage">What happened.</param>
    /// <param name="message">The request.</param>
    /// <param name="httpMethod">Its verb.</param>
    /// <param name="response">The answer; its body is read.</param>
    /// <param name="refitSettings">The settings the request was sent with.</param>
    /// <param name="innerException">The cause, or null.</param>
    /// <returns>The exception; a <see cref="ValidationApiException"/> where the body is problem details.</returns>
    public static async Task<ApiException> Create(
        string exceptionMessage,
        HttpRequestMessage message,
        HttpMethod httpMethod,
        HttpResponseMessage response,
        RefitSettings refitSettings,
        Exception? innerException)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(refitSettings);

        var exception = new ApiException(
            exceptionMessage,
            message,
            httpMethod,
            await ReadAsync(response.Content, refitSettings.MaxExceptionContentLength),
            response.StatusCode,
            response.ReasonPhrase,
            response.Headers,
            refitSettings,
            innerException) { ContentHeaders = response.Content.Headers };

        if (exception.HasContent && response.Content.Headers.ContentType?.MediaType == ProblemDetailsMediaType)
        {
            exception = ValidationApiException.Create(exception);
        }

        refitSettings.ExceptionRedactor?.Invoke(exception);
        return exception;
    }

    /// <summary>Reads the answer's body as an object.</summary>
    /// <typeparam name="T">The object's type.</typeparam>
    /// <returns>The object; the default where there is no content.</returns>
    public async Task<T?> GetContentAsAsync<T>()
    {
        if (!HasContent)
        {
            return default;
        }

        using var content = new StringContent(Content);
        return await RefitSettings.ContentSerializer.FromHttpContentAsync<T>(content, CancellationToken.None);
    }

    private static async Task<string?> ReadAsync(HttpContent content, int? limit)
    {
        try
        {
            if (limit is not { } length)
            {
                return await content.ReadAsStringAsync();
            }

            using var reader = new StreamReader(await content.ReadAsStreamAsync());
            var buffer = new char[length];
            var read = await reader.ReadBlockAsync(buffer);
            return new string(buffer, 0, read);
        }
        catch (Exception cause) when (cause is HttpRequestException or IOException or InvalidOperationException)
        {
            // The status is the error to tell of; a body that breaks off, or was read already, must not hide it.
            return null;
        }
    }
}

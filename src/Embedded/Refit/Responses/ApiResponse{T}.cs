using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;

namespace Refit;

/// <summary>What came of a request, with the answer's body as an object.</summary>
/// <typeparam name="T">The object's type.</typeparam>
/// <param name="request">The request.</param>
/// <param name="response">The answer; null where none came.</param>
/// <param name="content">The body; null where there is none.</param>
/// <param name="settings">The settings the request was sent with.</param>
/// <param name="error">What failed; null where nothing did.</param>
public sealed class ApiResponse<T>(
    HttpRequestMessage request, HttpResponseMessage? response, T? content, RefitSettings settings, ApiExceptionBase? error = null) : IApiResponse<T>
{
    /// <inheritdoc/>
    public T? Content { get; } = content;

    /// <inheritdoc/>
    [MemberNotNullWhen(true, nameof(Content))]
    public bool HasContent => Content is not null;

    /// <inheritdoc/>
    [MemberNotNullWhen(true, nameof(Content))]
    public bool IsSuccessfulWithContent => IsSuccessful && HasContent;

    /// <summary>Gets the settings the request was sent with.</summary>
    public RefitSettings Settings { get; } = settings;

    /// <inheritdoc/>
    public HttpResponseHeaders? Headers => response?.Headers;

    /// <inheritdoc/>
    public HttpContentHeaders? ContentHeaders => response?.Content.Headers;

    /// <inheritdoc/>
    [MemberNotNullWhen(true, nameof(Headers), nameof(StatusCode), nameof(Version))]
    public bool IsSuccessStatusCode => response?.IsSuccessStatusCode ?? false;

    /// <inheritdoc/>
    [MemberNotNullWhen(true, nameof(Headers), nameof(StatusCode), nameof(Version))]
    public bool IsSuccessful => IsSuccessStatusCode && Error is null;

    /// <inheritdoc/>
    [MemberNotNullWhen(true, nameof(Headers), nameof(StatusCode), nameof(Version))]
    public bool IsReceived => response is not null;

    /// <inheritdoc/>
    public HttpStatusCode? StatusCode => response?.StatusCode;

    /// <inheritdoc/>
    public string? ReasonPhrase => response?.ReasonPhrase;

    /// <inheritdoc/>
    public HttpRequestMessage RequestMessage => request;

    /// <inheritdoc/>
    public Version? Version => response?.Version;

    /// <inheritdoc/>
    public ApiExceptionBase? Error { get; } = error;

    /// <inheritdoc/>
    public bool HasRequestError([NotNullWhen(true)] out ApiRequestException? error) => (error = Error as ApiRequestException) is not null;

    /// <inheritdoc/>
    public bool HasResponseError([NotNullWhen(true)] out ApiException? error) => (error = Error as ApiException) is not null;

    /// <summary>Throws what failed, unless the status is in 2xx.</summary>
    /// <returns>This.</returns>
    public ValueTask<ApiResponse<T>> EnsureSuccessStatusCodeAsync() => EnsureAsync(IsSuccessStatusCode);

    /// <summary>Throws what failed, an unreadable body too.</summary>
    /// <returns>This.</returns>
    public ValueTask<ApiResponse<T>> EnsureSuccessfulAsync() => EnsureAsync(IsSuccessful);

    /// <inheritdoc/>
    public void Dispose() => response?.Dispose();

    private async ValueTask<ApiResponse<T>> EnsureAsync(bool success)
    {
        if (success)
        {
            return this;
        }

        var failure = Error ?? await ApiException.Create(request, request.Method, response!, Settings);
        Dispose();
        throw failure;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;

namespace Refit;

/// <summary>What came of a request, failure included. Dispose it when done.</summary>
public interface IApiResponse : IDisposable
{
    /// <summary>Gets the answer's headers; null where no answer came.</summary>
    HttpResponseHeaders? Headers { get; }

    /// <summary>Gets the headers of the answer's body; null where no answer came.</summary>
    HttpContentHeaders? ContentHeaders { get; }

    /// <summary>Gets whether an answer in 2xx came, readable or not.</summary>
    [MemberNotNullWhen(true, nameof(Headers), nameof(StatusCode), nameof(Version))]
    bool IsSuccessStatusCode { get; }

    /// <summary>Gets whether an answer in 2xx came and was readable.</summary>
    [MemberNotNullWhen(true, nameof(Headers), nameof(StatusCode), nameof(Version))]
    bool IsSuccessful { get; }

    /// <summary>Gets whether an answer came.</summary>
    [MemberNotNullWhen(true, nameof(Headers), nameof(StatusCode), nameof(Version))]
    bool IsReceived { get; }

    /// <summary>Gets the answer's status; null where no answer came.</summary>
    HttpStatusCode? StatusCode { get; }

    /// <summary>Gets the words beside the status, or null.</summary>
    string? ReasonPhrase { get; }

    /// <summary>Gets the request.</summary>
    HttpRequestMessage RequestMessage { get; }

    /// <summary>Gets the version of HTTP of the answer; null where no answer came.</summary>
    Version? Version { get; }

    /// <summary>Gets what failed; null where nothing did.</summary>
    ApiExceptionBase? Error { get; }

    /// <summary>Asks whether no answer came.</summary>
    /// <param name="error">Why not.</param>
    /// <returns>True where no answer came.</returns>
    bool HasRequestError([NotNullWhen(true)] out ApiRequestException? error);

    /// <summary>Asks whether the answer is an error.</summary>
    /// <param name="error">Which.</param>
    /// <returns>True where it is one.</returns>
    bool HasResponseError([NotNullWhen(true)] out ApiException? error);
}

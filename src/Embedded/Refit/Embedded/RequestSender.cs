using System.Net;

namespace Refit.Embedded;

/// <summary>Sends what a plan makes, and makes of the answer what the method returns.</summary>
internal sealed class RequestSender(HttpClient client, RefitSettings settings)
{
    private const string Unreadable = "The answer's body could not be read as what it should be.";

    public async Task SendAsync(RequestPlan plan, object?[] arguments)
    {
        var cancellationToken = plan.CancellationIn(arguments);
        using var request = await PrepareAsync(plan, arguments, cancellationToken);
        using var response = await AnswerAsync(request, cancellationToken);
        if (await settings.ExceptionFactory(response) is { } failure)
        {
            throw failure;
        }
    }

    public async Task<T?> SendForResultAsync<T>(RequestPlan plan, object?[] arguments)
    {
        var cancellationToken = plan.CancellationIn(arguments);
        using var request = await PrepareAsync(plan, arguments, cancellationToken);
        var response = await AnswerAsync(request, cancellationToken);
        if (response is T whole)
        {
            return whole;
        }

        if (await settings.ExceptionFactory(response) is { } failure)
        {
            throw failure;
        }

        try
        {
            return await ReadAsync<T>(response, cancellationToken);
        }
        catch (Exception cause) when (cause is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            if (await UnreadableAsync(request, response, cause) is { } unreadable)
            {
                throw unreadable;
            }

            return default;
        }
        finally
        {
            // A stream and a content are the caller's, and with them the response.
            if (typeof(T) != typeof(Stream) && typeof(T) != typeof(HttpContent))
            {
                response.Dispose();
            }
        }
    }

    public async Task<TResponse> SendForResponseAsync<TResponse, TBody>(RequestPlan plan, object?[] arguments)
    {
        var cancellationToken = plan.CancellationIn(arguments);
        using var request = await PrepareAsync(plan, arguments, cancellationToken);

        HttpResponseMessage response;
        try
        {
            response = await AnswerAsync(request, cancellationToken);
        }
        catch (ApiExceptionBase failure)
        {
            return Response(null, default, failure);
        }

        var error = await settings.ExceptionFactory(response);
        var body = default(TBody);
        try
        {
            body = error is null ? await ReadAsync<TBody>(response, cancellationToken) : default;
        }
        catch (Exception cause) when (cause is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            error = await UnreadableAsync(request, response, cause);
        }

        return Response(response, body, error as ApiExceptionBase);

        TResponse Response(HttpResponseMessage? answer, TBody? content, ApiExceptionBase? failure) =>
            (TResponse)(object)new ApiResponse<TBody>(request, answer, content, settings, failure);
    }

    private async Task<HttpRequestMessage> PrepareAsync(RequestPlan plan, object?[] arguments, CancellationToken cancellationToken)
    {
        var baseAddress = client.BaseAddress ?? throw new InvalidOperationException("BaseAddress must be set on the HttpClient instance");
        var request = plan.Build(arguments, baseAddress, settings);
        if (request.Content is not null && plan.IsBuffered(settings))
        {
            await request.Content.LoadIntoBufferAsync(cancellationToken);
        }

        if (settings.AuthorizationHeaderValueGetter is { } getter && AuthorizationHandler.IsAskedFor(request, out var scheme))
        {
            AuthorizationHandler.Apply(request, scheme, await getter(request, cancellationToken));
        }

        return request;
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            response.RequestMessage ??= request;
            return response;
        }
        catch (Exception cause)
        {
            var failure = settings.TransportExceptionFactory(request, cause, cancellationToken);
            if (failure == cause)
            {
                throw;
            }

            throw failure;
        }
    }

    private async Task<T?> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var content = response.Content;
        if (typeof(T) == typeof(HttpContent))
        {
            return (T)(object)content;
        }

        if (typeof(T) == typeof(Stream))
        {
            return (T)(object)await content.ReadAsStreamAsync(cancellationToken);
        }

        if (typeof(T) == typeof(string))
        {
            return (T)(object)await content.ReadAsStringAsync(cancellationToken);
        }

        if (response.StatusCode == HttpStatusCode.NoContent || content.Headers.ContentLength == 0)
        {
            return default;
        }

        // Buffered, so that the exception of an unreadable body can still show it.
        await content.LoadIntoBufferAsync(cancellationToken);
        return await settings.ContentSerializer.FromHttpContentAsync<T>(content, cancellationToken);
    }

    private async Task<Exception?> UnreadableAsync(HttpRequestMessage request, HttpResponseMessage response, Exception cause) =>
        settings.DeserializationExceptionFactory is { } factory
            ? await factory(response, cause)
            : await ApiException.Create(Unreadable, request, request.Method, response, settings, cause);
}

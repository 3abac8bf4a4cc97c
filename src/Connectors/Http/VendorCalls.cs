using System.Diagnostics;
using System.Net;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Refit;

namespace IntegrationHub.Connectors.Http;

/// <summary>
/// Makes the calls of one connector and turns every way they fail into our own exceptions. The client library's exceptions hold the request,
/// and with it the credentials: they end here.
/// </summary>
/// <param name="connector">The connector's name.</param>
/// <param name="clock">Where a date in <c>Retry-After</c> is measured from.</param>
public sealed class VendorCalls(string connector, TimeProvider clock)
{
    /// <summary>The name of the source of a span for each call.</summary>
    public const string SourceName = "IntegrationHub.Connectors";

    /// <summary>The name of those spans.</summary>
    public const string Span = "vendor.call";

    private static readonly ActivitySource Source = new(SourceName);
    private static readonly HttpRequestOptionsKey<string> Template = new(HttpRequestMessageOptions.RelativePathTemplate);

    /// <summary>Makes a call that answers something: of one that answers nothing Refit would not say which call had failed.</summary>
    /// <typeparam name="T">What it answers.</typeparam>
    /// <param name="call">The call.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="VendorUnavailableException">No answer, or 408, 429, 5xx, or one that is empty or cannot be read: try later.</exception>
    /// <exception cref="VendorRefusedException">Any other status outside 2xx: the call as it is will not be taken.</exception>
    /// <exception cref="ConnectorNeedsAuthorizationException">401: the credentials are not taken.</exception>
    /// <exception cref="OperationCanceledException">The caller stopped.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        using var activity = Source.StartActivity(Span, ActivityKind.Client)?.SetTag("hub.connector", connector);
        try
        {
            // Refit gives nothing for a success with an empty body; no call of ours is answered so.
            return await call() is { } answer and not JsonElement { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null }
                ? answer
                : throw new VendorUnavailableException(connector, "a call", HttpStatusCode.OK, null);
        }
        catch (Exception failure) when (Translate(failure) is { } ours)
        {
            activity?.SetStatus(ActivityStatusCode.Error, ours.GetType().Name);
            ExceptionDispatchInfo.Throw(ours);
            throw;
        }
    }

    /// <summary>Makes a call that asks for something which may not be there.</summary>
    /// <typeparam name="T">What it answers.</typeparam>
    /// <param name="call">The call.</param>
    /// <returns>The answer; the default value when the vendor answers 404, which is an answer and not a failure.</returns>
    /// <exception cref="VendorException">As <see cref="RunAsync"/>.</exception>
    public async Task<T?> FindAsync<T>(Func<Task<IApiResponse<T>>> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        using var response = await RunAsync(call);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return default;
        }

        return await RunAsync(() => response.Error is { } failure ? Task.FromException<T>(failure) : Task.FromResult(response.Content!));
    }

    /// <summary>Turns a failure into ours, for calls that answer a response instead of throwing.</summary>
    /// <param name="failure">What went wrong.</param>
    /// <returns>Our exception; null where the failure is not the vendor's, or ours already.</returns>
    public Exception? Translate(Exception failure) => failure switch
    {
        ApiException answered => OfAnswer(answered),
        ApiRequestException unanswered => OfSilence(unanswered.InnerException, NameOf(unanswered.RequestMessage)),
        HttpRequestException or TimeoutRejectedException or BrokenCircuitException => OfSilence(failure, "a call"),
        _ => null,
    };

    private Exception OfAnswer(ApiException answered)
    {
        var call = NameOf(answered.RequestMessage);
        var code = VendorErrorCode.Read(answered.Content);
        return answered.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new ConnectorNeedsAuthorizationException(connector, code),
            // A success that cannot be read is a gateway's page more often than a new format: later tells.
            >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => new VendorUnavailableException(connector, call, answered.StatusCode, null),
            var status when HttpResilience.IsTransient(status) =>
                new VendorUnavailableException(connector, call, status, RetryAfter.Of(answered.Headers, clock)),
            var status => new VendorRefusedException(connector, call, status, code),
        };
    }

    private Exception OfSilence(Exception? cause, string call) => cause switch
    {
        BrokenCircuitException open => new VendorUnavailableException(connector, call, null, open.RetryAfter, open),
        null or HttpRequestException or IOException or TimeoutRejectedException or OperationCanceledException =>
            new VendorUnavailableException(connector, call, null, null, cause),

        // A handler on the way said it in our words already, or broke: that is not the vendor's doing.
        _ => cause,
    };

    /// <summary>Names a call without what was asked: the path as written, or else the address without its query.</summary>
    private static string NameOf(HttpRequestMessage request) => request.Options.TryGetValue(Template, out var template)
        ? $"{request.Method} {template}"
        : $"{request.Method} {request.RequestUri?.GetLeftPart(UriPartial.Path)}";
}

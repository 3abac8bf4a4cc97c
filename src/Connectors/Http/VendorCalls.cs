using System.Diagnostics;
using System.Net;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Refit;

namespace IntegrationHub.Connectors.Http;

/// <summary>Runs a connector's calls and translates every failure into the hub's exceptions. Refit's exceptions hold
/// the request and its credentials, so they must not leave this class.</summary>
public sealed class VendorCalls(string connector, TimeProvider clock)
{
    /// <summary>The activity source of vendor calls.</summary>
    public const string SourceName = "IntegrationHub.Connectors";

    /// <summary>The name of a vendor call's span.</summary>
    public const string Span = "vendor.call";

    /// <summary>Gets the connector's name.</summary>
    public string Connector => connector;

    private static readonly ActivitySource Source = new(SourceName);
    private static readonly HttpRequestOptionsKey<string> Template = new(HttpRequestMessageOptions.RelativePathTemplate);

    /// <summary>Runs a call that returns something: Refit does not name a failed call that returns nothing.</summary>
    /// <exception cref="VendorUnavailableException">No response, 408, 429, 5xx, or an empty or unreadable
    /// response. Retry later.</exception>
    /// <exception cref="VendorRefusedException">Any other status outside 2xx. Retrying does not help.</exception>
    /// <exception cref="ConnectorNeedsAuthorizationException">The vendor answered 401.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> call)
    {
        using var activity = Source.StartActivity(Span, ActivityKind.Client)?.SetTag("hub.connector", connector);
        try
        {
            // Refit returns nothing for an empty success; no vendor call of the hub is answered so.
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

    /// <summary>Runs a call for something that may not exist; returns the default value for 404.</summary>
    /// <exception cref="VendorException">As <see cref="RunAsync"/>.</exception>
    public async Task<T?> FindAsync<T>(Func<Task<IApiResponse<T>>> call)
    {
        using var response = await RunAsync(call);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return default;
        }

        return await RunAsync(() => response.Error is { } failure ? Task.FromException<T>(failure) : Task.FromResult(response.Content!));
    }

    /// <summary>Translates a failure, for calls that return a response instead of throwing. Returns null for other
    /// failures and for the hub's own exceptions.</summary>
    public Exception? Translate(Exception failure) => failure switch
    {
        ApiException answered => OfAnswer(answered),
        ApiRequestException unanswered => OfSilence(
            unanswered.InnerException, NameOf(unanswered.RequestMessage),
            unanswered.RequestMessage.Options.TryGetValue(HttpResilience.Asked, out var asked) && asked),
        HttpRequestException or TimeoutRejectedException or BrokenCircuitException => OfSilence(failure, "a call", false),
        _ => null,
    };

    private Exception OfAnswer(ApiException answered)
    {
        var call = NameOf(answered.RequestMessage);
        var code = VendorErrorCode.Read(answered.Content);
        return answered.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new ConnectorNeedsAuthorizationException(connector, code),
            // An unreadable success is more often a gateway's page than a new format, so the call is retried.
            >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices =>
                new VendorUnavailableException(connector, call, answered.StatusCode, null),
            var status when HttpResilience.IsTransient(status) =>
                new VendorUnavailableException(connector, call, status, RetryAfter.Of(answered.Headers, clock)),
            var status => new VendorRefusedException(connector, call, status, code),
        };
    }

    /// <param name="asked">Whether the vendor was asked, and the circuit opened on that.</param>
    private Exception OfSilence(Exception? cause, string call, bool asked) => cause switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } =>
            new VendorRefusedException(connector, call, HttpStatusCode.OK, "ANSWER_TOO_LONG", cause),
        BrokenCircuitException open => new VendorUnavailableException(connector, call, null, open.RetryAfter, asked ? null : open),
        null or HttpRequestException or IOException or TimeoutRejectedException or OperationCanceledException =>
            new VendorUnavailableException(connector, call, null, null, cause),

        // A handler translated it already, or failed itself; the vendor is not the cause.
        _ => cause,
    };

    /// <summary>Names a call without its values: the path template, or the address without its query.</summary>
    private static string NameOf(HttpRequestMessage request) => request.Options.TryGetValue(Template, out var template)
        ? $"{request.Method} {template}"
        : $"{request.Method} {request.RequestUri?.GetLeftPart(UriPartial.Path)}";
}

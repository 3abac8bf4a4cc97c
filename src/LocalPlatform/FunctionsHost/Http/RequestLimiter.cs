using System.Threading.RateLimiting;
using IntegrationHub.LocalPlatform.FunctionsHost.Settings;
using Microsoft.AspNetCore.Http;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Http;

/// <summary>Serves as many requests at once as host.json allows. As on the real host others wait, and those that may
/// not wait are answered 429.</summary>
internal sealed class RequestLimiter(HttpLimits limits)
{
    private readonly ConcurrencyLimiter? _limiter = limits is (null, null) ? null : new(new()
    {
        PermitLimit = limits.Concurrent ?? limits.Outstanding!.Value,
        QueueLimit = limits.Outstanding is { } outstanding ? Math.Max(0, outstanding - (limits.Concurrent ?? outstanding)) : int.MaxValue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Serves a request when its turn comes.</summary>
    public async Task ServeAsync(HttpContext http, RequestDelegate next)
    {
        if (_limiter is null)
        {
            await next(http);
            return;
        }

        using var turn = await _limiter.AcquireAsync(1, http.RequestAborted);
        await (turn.IsAcquired ? next(http) : Problems.WriteAsync(http, StatusCodes.Status429TooManyRequests));
    }
}

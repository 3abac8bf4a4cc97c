using IntegrationHub.LocalPlatform.FunctionsHost.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.LocalPlatform.Tests.FunctionsHost;

public sealed class RequestLimiterTests
{
    [Fact]
    public async Task Requests_above_the_concurrent_ones_wait_and_above_the_outstanding_ones_are_answered_429()
    {
        var (limiter, gate, served) = (new RequestLimiter(new(1, 2)), new TaskCompletionSource(), 0);

        var first = ServeAsync();
        var second = ServeAsync();
        var third = ServeAsync();

        Assert.Equal((StatusCodes.Status429TooManyRequests, 1), (await third, served));
        gate.SetResult();
        Assert.Equal(new[] { 200, 200 }, await Task.WhenAll(first, second));
        Assert.Equal(2, served);

        async Task<int> ServeAsync()
        {
            using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
            var http = new DefaultHttpContext { RequestServices = services };
            await limiter.ServeAsync(http, async _ =>
            {
                served++;
                await gate.Task;
            });
            return http.Response.StatusCode;
        }
    }

    [Fact]
    public async Task Without_limits_every_request_is_served_at_once()
    {
        var (limiter, gate, served) = (new RequestLimiter(new(null, null)), new TaskCompletionSource(), 0);

        var all = Enumerable.Range(0, 100).Select(_ => limiter.ServeAsync(new DefaultHttpContext(), _ =>
        {
            served++;
            return gate.Task;
        })).ToList();

        Assert.Equal(100, served);
        gate.SetResult();
        await Task.WhenAll(all);
    }
}

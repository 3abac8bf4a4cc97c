using System.Net;
using System.Text;

namespace IntegrationHub.Connectors.Tests.Common.Http;

/// <summary>A fake vendor. Returns the given answers in turn, then the last one again, and records when each call came.</summary>
internal sealed class Vendor(WatchedTimeProvider clock, params Func<CancellationToken, Task<HttpResponseMessage>>[] answers) : HttpMessageHandler
{
    private readonly Lock _lock = new();
    private readonly List<Call> _calls = [];

    public Call[] Calls
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    public static Func<CancellationToken, Task<HttpResponseMessage>> Says(HttpStatusCode status, string body = "", Action<HttpResponseMessage>? also = null) => _ =>
    {
        var answer = new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        also?.Invoke(answer);
        return Task.FromResult(answer);
    };

    public static Func<CancellationToken, Task<HttpResponseMessage>> Throws(Exception failure) => _ => Task.FromException<HttpResponseMessage>(failure);

    /// <summary>Does not answer until it is stopped, and then says so at once, on the thread that stops it.</summary>
    public static async Task<HttpResponseMessage> NeverAsync(CancellationToken cancellationToken)
    {
        var never = new TaskCompletionSource<HttpResponseMessage>();
        await using var stop = cancellationToken.Register(() => never.TrySetCanceled(cancellationToken));
        return await never.Task;
    }

    public Task UntilCalledAsync(int times) => Eventually.TrueAsync(() => Calls.Length >= times, () => $"{times} calls; there are {Calls.Length}");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
        int number;
        lock (_lock)
        {
            number = _calls.Count;
            _calls.Add(new(clock.GetUtcNow() - clock.Start, request.Headers.Authorization?.ToString(), body));
        }

        var answer = await answers[Math.Min(number, answers.Length - 1)](cancellationToken);
        answer.RequestMessage = request;
        return answer;
    }

    internal sealed record Call(TimeSpan At, string? Authorization, string? Body);
}

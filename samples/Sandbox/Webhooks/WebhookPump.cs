using System.Net.Mime;
using System.Threading.Channels;

namespace IntegrationHub.Sandbox.Webhooks;

/// <summary>Pushes what changes in a tool to the hub, one request after another, and tries again what is not taken.</summary>
public sealed class WebhookPump : IAsyncDisposable
{
    private readonly Channel<Func<int, (byte[] Body, IReadOnlyDictionary<string, string> Headers)>> _waiting =
        Channel.CreateUnbounded<Func<int, (byte[] Body, IReadOnlyDictionary<string, string> Headers)>>();

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly CancellationTokenSource _stop = new();
    private readonly IReadOnlyList<TimeSpan> _delays;
    private readonly Task _pump;
    private int _pending;
    private int _delivered;
    private int _givenUp;

    internal WebhookPump(params IReadOnlyList<TimeSpan> delays)
    {
        _delays = delays;
        _pump = PumpAsync();
    }

    /// <summary>Gets or sets where the requests go; null keeps changes to the sandbox.</summary>
    public string? TargetUrl { get; set; }

    /// <summary>Gets the webhooks that were answered with a 2xx.</summary>
    public int Delivered => Volatile.Read(ref _delivered);

    /// <summary>Gets the webhooks that no try brought home.</summary>
    public int GivenUp => Volatile.Read(ref _givenUp);

    /// <summary>Returns when every change so far was delivered or given up.</summary>
    public async Task WhenSettledAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _pending) > 0)
        {
            await Task.Delay(10, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _stop.Dispose();
    }

    /// <summary>Pushes a webhook.</summary>
    /// <param name="request">Makes the request of an attempt, from 1.</param>
    internal void Push(Func<int, (byte[] Body, IReadOnlyDictionary<string, string> Headers)> request)
    {
        if (TargetUrl is not null)
        {
            Interlocked.Increment(ref _pending);
            _waiting.Writer.TryWrite(request);
        }
    }

    private async Task PumpAsync()
    {
        await foreach (var request in _waiting.Reader.ReadAllAsync(_stop.Token))
        {
            if (await SendAsync(request))
            {
                Interlocked.Increment(ref _delivered);
            }
            else
            {
                Interlocked.Increment(ref _givenUp);
            }

            Interlocked.Decrement(ref _pending);
        }
    }

    private async Task<bool> SendAsync(Func<int, (byte[] Body, IReadOnlyDictionary<string, string> Headers)> request)
    {
        for (var attempt = 1; attempt <= _delays.Count + 1; attempt++)
        {
            if (await IsTakenAsync(request(attempt)))
            {
                return true;
            }

            if (attempt <= _delays.Count)
            {
                await Task.Delay(_delays[attempt - 1], _stop.Token);
            }
        }

        return false;
    }

    private async Task<bool> IsTakenAsync((byte[] Body, IReadOnlyDictionary<string, string> Headers) sent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, TargetUrl) { Content = new ByteArrayContent(RawValue.Apply(sent.Body)) };
        request.Content.Headers.ContentType = new(MediaTypeNames.Application.Json);
        foreach (var (name, value) in sent.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var answer = await _http.SendAsync(request, _stop.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !_stop.IsCancellationRequested)
        {
            return false;
        }
    }
}

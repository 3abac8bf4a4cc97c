using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IntegrationHub.Sandbox.HubSpot;

/// <summary>Pushes what changes to the hub, in the background, and tries again what is not taken.</summary>
public sealed class HubSpotWebhooks : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private static readonly TimeSpan[] UsualDelays = [.. new[] { 0.2, 0.5, 1, 2, 5, 10, 10, 10, 10, 10 }.Select(TimeSpan.FromSeconds)];

    private readonly HubSpotOptions _options;
    private readonly IReadOnlyList<TimeSpan> _delays;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _news = new(0);
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _stop = new();
    private readonly Random _random = new(1);
    private readonly Task _pump;
    private List<HubSpotEvent> _waiting = [];
    private TaskCompletionSource _settled = new();
    private bool _paused;
    private int _pending;
    private int _requests;
    private int _refused;
    private int _delivered;
    private int _givenUp;

    internal HubSpotWebhooks(HubSpotOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _delays = options.RetryDelays ?? UsualDelays;
        _slots = new(options.Concurrency);
        _http = new() { Timeout = options.WebhookTimeout };
        TargetUrl = options.WebhookUrl;
        PublicUrl = options.WebhookPublicUrl;
        _settled.SetResult();
        _pump = PumpAsync();
    }

    /// <summary>Gets or sets where the requests go; null keeps changes to the sandbox.</summary>
    /// <exception cref="UriFormatException">It is not an absolute URL.</exception>
    public string? TargetUrl
    {
        get;
        set => field = value is null ? null : new Uri(value, UriKind.Absolute).AbsoluteUri;
    }

    /// <summary>Gets or sets the URL that is signed; null signs <see cref="TargetUrl"/>.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>Gets or sets the most events in one request.</summary>
    public int BatchSize { get; set; } = 100;

    /// <summary>
    /// Gets or sets a value indicating whether a request waits for the end of the one before it, retries
    /// included. If not, several go at once.
    /// </summary>
    public bool Ordered { get; set; } = true;

    /// <summary>Gets or sets a value indicating whether what waits is mixed before it is sent.</summary>
    public bool Shuffle { get; set; }

    /// <summary>Gets or sets a value indicating whether each event is sent twice.</summary>
    public bool Duplicate { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether changes wait. When this ends, all that
    /// waited go in as few requests as can be.
    /// </summary>
    public bool Paused
    {
        get => _paused;
        set
        {
            _paused = value;
            _news.Release();
        }
    }

    /// <summary>Gets the events that are neither delivered nor given up.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <summary>Gets the requests made, retries included.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Gets the requests that were not answered with a 2xx in time.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Gets the events in requests that were answered with a 2xx.</summary>
    public int Delivered => Volatile.Read(ref _delivered);

    /// <summary>Gets the events that no try brought home.</summary>
    public int GivenUp => Volatile.Read(ref _givenUp);

    /// <summary>Returns when every change so far was delivered or given up; compare <see cref="GivenUp"/>.</summary>
    public Task WhenSettledAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _settled.Task.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
    }

    internal void Push(HubSpotEvent pushed)
    {
        if (TargetUrl is null)
        {
            return;
        }

        lock (_lock)
        {
            _waiting.Add(pushed);
            if (_pending++ == 0)
            {
                _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        _news.Release();
    }

    private async Task PumpAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await _news.WaitAsync(_stop.Token);
            if (_paused)
            {
                continue;
            }

            await Task.Delay(_options.BatchDelay, _stop.Token);
            while (_news.Wait(0, CancellationToken.None))
            {
                // One round takes all that waits.
            }

            foreach (var batch in Take())
            {
                var sent = SendAsync(batch);
                if (Ordered)
                {
                    await sent;
                }
            }
        }
    }

    private IEnumerable<HubSpotEvent[]> Take()
    {
        HubSpotEvent[] taken;
        lock (_lock)
        {
            if (Duplicate)
            {
                _pending += _waiting.Count;
                _waiting.AddRange([.. _waiting]);
            }

            taken = [.. _waiting];
            _waiting = [];
        }

        if (Shuffle)
        {
            _random.Shuffle(taken);
        }

        return taken.Chunk(BatchSize);
    }

    private async Task SendAsync(HubSpotEvent[] batch)
    {
        for (var attempt = 0; attempt <= _delays.Count; attempt++)
        {
            if (attempt > 0)
            {
                await Task.Delay(_delays[attempt - 1], _stop.Token);
            }

            await _slots.WaitAsync(_stop.Token);
            var taken = await IsTakenAsync(batch, attempt);
            _slots.Release();
            if (taken)
            {
                Settle(batch.Length, ref _delivered);
                return;
            }

            Interlocked.Increment(ref _refused);
        }

        Settle(batch.Length, ref _givenUp);
    }

    private async Task<bool> IsTakenAsync(HubSpotEvent[] batch, int attempt)
    {
        if (TargetUrl is not { } target)
        {
            return false;
        }

        var body = RawValue.Apply(JsonSerializer.SerializeToUtf8Bytes(batch.Select(sent => sent with { AttemptNumber = attempt }), Json));
        var timestamp = _time.GetUtcNow().ToUnixTimeMilliseconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        request.Headers.Add("X-HubSpot-Request-Timestamp", $"{timestamp}");
        request.Headers.Add("X-HubSpot-Signature-v3", HubSpotSignature.Sign(_options.ClientSecret, PublicUrl ?? target, body, timestamp));
        request.Headers.Add("X-HubSpot-Signature", HubSpotSignature.SignV1(_options.ClientSecret, body));
        request.Headers.Add("X-HubSpot-Signature-Version", "v1");
        request.Headers.UserAgent.ParseAdd("HubSpot-Connect/1.0");
        Interlocked.Increment(ref _requests);
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

    private void Settle(int events, ref int count)
    {
        lock (_lock)
        {
            count += events;
            _pending -= events;
            if (_pending == 0)
            {
                _settled.SetResult();
            }
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using IntegrationHub.Benchmarks.Load;

namespace IntegrationHub.Benchmarks.Senders;

/// <summary>Floods the hub, measures a good sender beside the flood, and prints what the flood cost.</summary>
internal static class SendersRun
{
    private const int MostUnderWay = 256;
    private const int MostMegabytes = 450;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task<int> RunAsync(int slow, int unsigned, TimeSpan time, TextWriter output, CancellationToken cancellationToken)
    {
        await using var hub = await HubUnderLoad.StartAsync(100, cancellationToken);
        await SendWellAsync(hub, 100, cancellationToken);
        var before = hub.LogLines;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var senders = Enumerable.Range(0, slow).Select(_ => new SlowSender(hub.Url)).ToList();
        var crowd = senders.Select(sender => sender.RunAsync(ending.Token)).ToList();
        var refusing = FloodAsync(hub, unsigned, ending.Token);
        await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);

        var watch = Stopwatch.StartNew();
        var (times, failed) = await SendWellAsync(hub, (int)(time / Pause), cancellationToken);
        watch.Stop();
        var memory = await hub.PeakMemoryAsync();
        await ending.CancelAsync();
        await Task.WhenAll(crowd);
        var (answered, refused) = await refusing;

        var ours = memory.Where(each => each.Process != "Azurite").Sum(each => each.Megabytes);
        var slowest = At(times, 0.99);
        await output.WriteLineAsync($"A good sender beside {slow:N0} slow ones and {unsigned:N0} unsigned requests a second: {times.Count:N0} deliveries, {failed} not accepted,");
        await output.WriteLineAsync($"  {At(times, 0.5).TotalMilliseconds:N0} ms at the median, {slowest.TotalMilliseconds:N0} ms at the 99th percentile (at most {Patience.TotalMilliseconds:N0}).");
        await output.WriteLineAsync($"Unsigned: {answered / (watch.Elapsed.TotalSeconds + 5):N0} answered a second, {refused:P1} of them with 401. Slow: cut off {senders.Sum(sender => sender.CutOff):N0} times.");
        await output.WriteLineAsync($"Memory at most: {string.Join(", ", memory.Select(each => $"{each.Process} {each.Megabytes}"))} MiB; host, worker and bus {ours} (at most {MostMegabytes}).");
        await output.WriteLineAsync($"Lines logged: {hub.LogLines - before}.");
        return failed == 0 && slowest < Patience && ours < MostMegabytes ? 0 : 1;
    }

    /// <summary>Sends genuine deliveries one after another.</summary>
    private static async Task<(List<TimeSpan> Times, int Failed)> SendWellAsync(HubUnderLoad hub, int count, CancellationToken cancellationToken)
    {
        var (times, failed) = (new List<TimeSpan>(), 0);
        foreach (var request in hub.Deliveries.Single(count))
        {
            var watch = Stopwatch.StartNew();
            using var answer = await hub.Http.SendAsync(request, cancellationToken);
            times.Add(watch.Elapsed);
            failed += answer.StatusCode == HttpStatusCode.Accepted ? 0 : 1;
            await Task.Delay(watch.Elapsed < Pause ? Pause - watch.Elapsed : TimeSpan.Zero, cancellationToken);
        }

        return (times, failed);
    }

    /// <summary>Sends requests without a signature at a rate, as far as the hub answers them.</summary>
    private static async Task<(int Answered, double Refused)> FloodAsync(HubUnderLoad hub, int rate, CancellationToken stopping)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = MostUnderWay });
        using var room = new SemaphoreSlim(MostUnderWay);
        var statuses = new ConcurrentDictionary<HttpStatusCode, int>();
        var (watch, sent, underWay) = (Stopwatch.StartNew(), 0L, new ConcurrentDictionary<long, Task>());
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                if (sent >= watch.Elapsed.TotalSeconds * rate)
                {
                    await Task.Delay(1, stopping);
                    continue;
                }

                await room.WaitAsync(stopping);
                var number = sent++;
                underWay[number] = SendAsync(number);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }

        await Task.WhenAll(underWay.Values);
        var answered = statuses.Values.Sum();
        return (answered, statuses.GetValueOrDefault(HttpStatusCode.Unauthorized) / (double)Math.Max(1, answered));

        async Task SendAsync(long number)
        {
            await Task.Yield();
            try
            {
                using var content = new StringContent("[{\"eventId\":1}]");
                using var answer = await http.PostAsync(new Uri(hub.Url, "/api/webhooks/hubspot"), content, stopping);
                statuses.AddOrUpdate(answer.StatusCode, 1, (_, count) => count + 1);
            }
            catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
            {
                // Not answered.
            }
            finally
            {
                room.Release();
                underWay.TryRemove(number, out _);
            }
        }
    }

    private static TimeSpan At(List<TimeSpan> times, double share) => times.Order().ElementAt((int)Math.Ceiling(times.Count * share) - 1);
}

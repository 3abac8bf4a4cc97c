using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;

namespace IntegrationHub.Benchmarks.Load;

/// <summary>What a meter of another .NET process counts, read through the runtime's diagnostics port as <c>dotnet-counters</c> does.</summary>
internal sealed class WorkerMetrics : IDisposable
{
    private const long TimeSeriesValues = 2;

    private readonly ConcurrentDictionary<(string Instrument, string Tags), double> _values = new();
    private readonly EventPipeSession _session;
    private readonly Task _reading;
    private long _recorded;

    /// <summary>Begins to count.</summary>
    public WorkerMetrics(int processId, string meter)
    {
        var id = Guid.NewGuid().ToString();
        var provider = new EventPipeProvider("System.Diagnostics.Metrics", EventLevel.Informational, TimeSeriesValues, new Dictionary<string, string>
        {
            ["SessionId"] = id,
            ["ClientId"] = id,
            ["Metrics"] = meter,
            ["RefreshInterval"] = "0.1",
            ["MaxTimeSeries"] = "10000",
            ["MaxHistograms"] = "100",
        });
        _session = new DiagnosticsClient(processId).StartEventPipeSession([provider], requestRundown: false);
        _reading = Task.Run(Read);
    }

    /// <summary>Gets how many values the meter's histograms have recorded: the hub has one, and records each delivery once.</summary>
    public long Recorded => Interlocked.Read(ref _recorded);

    /// <summary>Gets what a counter has counted, over all its tags.</summary>
    public double this[string instrument] => _values.Where(pair => pair.Key.Instrument == instrument).Sum(pair => pair.Value);

    /// <summary>What a counter has counted, by its tags.</summary>
    public IReadOnlyList<(string Tags, double Count)> ByTags(string instrument) =>
        [.. _values.Where(pair => pair.Key.Instrument == instrument && pair.Value > 0).Select(pair => (pair.Key.Tags, pair.Value)).OrderByDescending(pair => pair.Value)];

    /// <summary>Begins again at nothing.</summary>
    public void Reset()
    {
        _values.Clear();
        Interlocked.Exchange(ref _recorded, 0);
    }

    public void Dispose()
    {
        try
        {
            _session.Stop();
        }
        catch (Exception gone) when (gone is EndOfStreamException or IOException or ServerNotAvailableException or TimeoutException)
        {
            // The process has ended, and the session with it.
        }

        _reading.Wait(TimeSpan.FromSeconds(5));
        _session.Dispose();
    }

    private void Read()
    {
        using var source = new EventPipeEventSource(_session.EventStream);
        source.Dynamic.All += Take;
        source.Process();
    }

    /// <summary>Rates are what was counted within the interval.</summary>
    private void Take(TraceEvent published)
    {
        switch (published.EventName)
        {
            case "CounterRateValuePublished":
                var key = (Text(published, "instrumentName"), Text(published, "tags"));
                var rate = Number(Text(published, "rate"));
                _values.AddOrUpdate(key, rate, (_, sum) => sum + rate);
                break;
            case "HistogramValuePublished":
                Interlocked.Add(ref _recorded, Convert.ToInt64(published.PayloadByName("count"), CultureInfo.InvariantCulture));
                break;
        }
    }

    private static string Text(TraceEvent published, string name) => published.PayloadByName(name)?.ToString() ?? "";

    private static double Number(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;
}

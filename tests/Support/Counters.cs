using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace IntegrationHub.Tests.Support;

/// <summary>What a meter has counted since the last reset.</summary>
public sealed class Counters : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<double> _latencies = new();

    /// <param name="meter">The meter's name.</param>
    /// <param name="scope">The meter's scope, which tells hubs of one process apart; null for all meters of the name.</param>
    public Counters(string meter, object? scope = null)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == meter && (scope is null || ReferenceEquals(instrument.Meter.Scope, scope)))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _counts.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        _listener.SetMeasurementEventCallback<double>((_, value, _, _) => _latencies.Enqueue(value));
        _listener.Start();
    }

    /// <summary>Gets how many latencies have been noted.</summary>
    public int Processed => _latencies.Count;

    public long this[string instrument] => _counts.GetValueOrDefault(instrument);

    /// <summary>The latency that the given share of deliveries stayed below, in milliseconds.</summary>
    public double Latency(double share)
    {
        var ordered = _latencies.Order().ToArray();
        return ordered.Length == 0 ? 0 : ordered[(int)((ordered.Length - 1) * share)];
    }

    public void Reset()
    {
        _counts.Clear();
        _latencies.Clear();
    }

    public void Dispose() => _listener.Dispose();
}

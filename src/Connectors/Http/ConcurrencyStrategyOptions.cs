using Polly;

namespace IntegrationHub.Connectors.Http;

/// <summary>Names the strategy in telemetry.</summary>
internal sealed class ConcurrencyStrategyOptions : ResilienceStrategyOptions
{
    public ConcurrencyStrategyOptions() => Name = "Concurrency";
}

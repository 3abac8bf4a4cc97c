using System.Diagnostics.Metrics;
using System.Reflection;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Tests.Platform;

/// <summary>Dashboards and alert rules rely on the names of metrics and spans and on the ids of log events.</summary>
public sealed class TelemetryNamesTests
{
    [Fact]
    public void Names_of_metrics_and_spans_and_ids_of_log_events_are_the_approved_ones()
    {
        var actual = string.Join('\n', [.. Metrics(), .. Spans(), .. LogEvents(), ""]);

        Approved.AssertSame(actual, "tests", "Functions.Tests", "Platform", "Telemetry.approved.txt");
    }

    private static IEnumerable<string> Metrics()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        var names = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters))
            {
                names.Add($"metric {instrument.Meter.Name} {instrument.Name} {instrument.Unit}");
            }
        };
        listener.Start();
        _ = new HubMetrics(meters);
        return names.Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Spans() =>
        new[] { HubActivities.Receive, HubActivities.Process, HubActivities.Deliver, HubActivities.Write, HubActivities.Mail }
            .Select(name => $"span {HubActivities.SourceName} {name}")
            .Append($"span {VendorCalls.SourceName} {VendorCalls.Span}");

    private static IEnumerable<string> LogEvents() =>
        from type in new[] { typeof(Hub).Assembly, typeof(VendorCalls).Assembly }.SelectMany(assembly => assembly.GetTypes())
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let log = method.GetCustomAttribute<LoggerMessageAttribute>()
        where log is not null
        orderby type.DeclaringType!.Name, log.EventId
        select $"log {type.DeclaringType!.Name} {log.EventId} {method.Name} {log.Level}";
}

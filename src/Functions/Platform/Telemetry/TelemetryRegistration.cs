using Azure.Monitor.OpenTelemetry.Exporter;
using IntegrationHub.Connectors.Http;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>Exports traces, metrics and logs to the configured receivers. Without one nothing is set up.</summary>
internal static class TelemetryRegistration
{
    /// <summary>Names an OTLP receiver. The other <c>OTEL_…</c> settings apply too, such as
    /// <c>OTEL_TRACES_SAMPLER</c>.</summary>
    public const string Otlp = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Names an Application Insights resource.</summary>
    public const string AzureMonitor = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var (otlp, azure) = (Names(Otlp), Names(AzureMonitor));
        if (otlp || azure)
        {
            Export(services, otlp, azure ? configuration[AzureMonitor] : null);
        }

        return services;

        bool Names(string key) => !string.IsNullOrWhiteSpace(configuration[key]);
    }

    /// <summary>Sets up the exporters. As a separate method it keeps their assemblies unloaded
    /// when they are not used.</summary>
    private static void Export(IServiceCollection services, bool otlp, string? azureMonitor)
    {
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("integration-hub"))
            .WithTracing(tracing => tracing.AddSource(HubActivities.SourceName, VendorCalls.SourceName).AddProcessor(new RedactSpans()))
            .WithMetrics(metrics => metrics.AddMeter(HubMetrics.MeterName))
            .WithLogging(logging => logging.AddProcessor(new RedactLogs()), logging => logging.IncludeScopes = true);
        telemetry.UseFunctionsWorkerDefaults();
        if (otlp)
        {
            telemetry.UseOtlpExporter();
        }

        if (azureMonitor is not null)
        {
            telemetry.UseAzureMonitorExporter(options => options.ConnectionString = azureMonitor);
        }
    }
}

using Azure.Monitor.OpenTelemetry.Exporter;
using IntegrationHub.Connectors.Http;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Resources;

namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>Exports traces, metrics and logs where a setting names who takes them; without one nothing is set up.</summary>
internal static class TelemetryRegistration
{
    /// <summary>The standard setting that names an OTLP receiver; the others of its family (<c>OTEL_EXPORTER_OTLP_PROTOCOL</c>, <c>OTEL_TRACES_SAMPLER</c>, …) hold too.</summary>
    public const string Otlp = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>The standard setting that names an Application Insights resource.</summary>
    public const string AzureMonitor = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    /// <summary>Registers the exporters that the settings name.</summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var (otlp, azure) = (Names(Otlp), Names(AzureMonitor));
        if (!otlp && !azure)
        {
            return services;
        }

        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("integration-hub"))
            .WithTracing(tracing => tracing.AddSource(HubActivities.SourceName, VendorCalls.SourceName))
            .WithMetrics(metrics => metrics.AddMeter(HubMetrics.MeterName))
            .WithLogging(null, logging => logging.IncludeScopes = true);
        telemetry.UseFunctionsWorkerDefaults();
        if (otlp)
        {
            telemetry.UseOtlpExporter();
        }

        if (azure)
        {
            telemetry.UseAzureMonitorExporter(options => options.ConnectionString = configuration[AzureMonitor]);
        }

        return services;

        bool Names(string key) => !string.IsNullOrWhiteSpace(configuration[key]);
    }
}

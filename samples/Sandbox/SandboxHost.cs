using System.Text.Json.Serialization;
using IntegrationHub.Sandbox.Calls;
using IntegrationHub.Sandbox.Control;
using IntegrationHub.Sandbox.Faults;
using IntegrationHub.Sandbox.Dynamics;
using IntegrationHub.Sandbox.HubSpot;
using IntegrationHub.Sandbox.Marketo;
using IntegrationHub.Sandbox.Pipedrive;
using IntegrationHub.Sandbox.Salesforce;

namespace IntegrationHub.Sandbox;

/// <summary>
/// A running sandbox: the vendors' APIs over HTTP, and what a person would do in the tools as methods.
/// </summary>
public sealed class SandboxHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SandboxHost(WebApplication app)
    {
        _app = app;
        Url = app.Urls.First();
    }

    /// <summary>
    /// Gets the address, without a slash at the end. HubSpot is at <c>/hubspot</c> below it,
    /// Salesforce at <c>/salesforce</c>, Marketo at <c>/marketo</c>, Pipedrive at <c>/pipedrive</c> and Dataverse at <c>/dynamics</c>.
    /// </summary>
    public string Url { get; }

    public HubSpotState HubSpot => _app.Services.GetRequiredService<HubSpotState>();

    public MarketoState Marketo => _app.Services.GetRequiredService<MarketoState>();

    public SalesforceState Salesforce => _app.Services.GetRequiredService<SalesforceState>();

    public PipedriveState Pipedrive => _app.Services.GetRequiredService<PipedriveState>();

    public DynamicsState Dynamics => _app.Services.GetRequiredService<DynamicsState>();

    public FaultSet Faults => _app.Services.GetRequiredService<FaultSet>();

    public CallLog Calls => _app.Services.GetRequiredService<CallLog>();

    /// <summary>Starts a sandbox with empty tools; it listens when this returns.</summary>
    public static async Task<SandboxHost> StartAsync(SandboxOptions options, CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(options.Urls).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.Converters.Add(new JsonStringEnumConverter()));
        builder.Services
            .AddSingleton(options.Time)
            .AddSingleton(options.HubSpot)
            .AddSingleton(options.Marketo)
            .AddSingleton(options.Salesforce)
            .AddSingleton(options.Pipedrive)
            .AddSingleton(options.Dynamics)
            .AddSingleton<FaultSet>()
            .AddSingleton<CallLog>()
            .AddSingleton<HubSpotState>()
            .AddSingleton<MarketoState>()
            .AddSingleton<SalesforceState>()
            .AddSingleton<PipedriveState>()
            .AddSingleton<DynamicsState>();

        var app = builder.Build();
        app.Use((context, next) =>
        {
            context.Request.Path = VendorPath.WithVendor(context.Request.Path);
            return next(context);
        });
        app.UseRouting();
        app.UseMiddleware<CallMiddleware>();
        app.UseMiddleware<FaultMiddleware>();
        app.UseMiddleware<RawValueMiddleware>();
        app.MapHubSpot();
        app.MapMarketo();
        app.MapSalesforce();
        app.MapPipedrive();
        app.MapDynamics();
        app.MapControl();

        await app.StartAsync(cancellationToken);
        return new(app);
    }

    /// <summary>Returns when the program is asked to end.</summary>
    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        // Held requests would keep a graceful stop waiting for its full time.
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }
}

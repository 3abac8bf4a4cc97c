using IntegrationHub.LocalPlatform.FunctionsHost.Worker;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace IntegrationHub.Functions.Tests;

/// <summary>Runs a hub as the worker of a Functions host in this process. What the hub finds by its entry assembly elsewhere it is given here.</summary>
internal sealed class InProcessWorker(IHost hub) : IWorkerLauncher, IWorker
{
    private Task<int> _ended = Task.FromResult(0);

    /// <inheritdoc/>
    public Task<int> Ended => _ended;

    /// <summary>Makes a hub fit to be started here.</summary>
    public static void Configure(IServiceCollection services)
    {
        // Read by the worker from the environment of its process; the same for all workers here.
        Environment.SetEnvironmentVariable("FUNCTIONS_APPLICATION_DIRECTORY", AppContext.BaseDirectory);
        services.AddSingleton<IFunctionMetadataProvider, GeneratedFunctionMetadataProvider>();
        new ServiceBusExtensionStartup().Configure(new Extended(services));

        // Left alone, all workers of a process would serve on one port.
        var port = FreePort.Find();
        services.PostConfigure<WorkerOptions>(options => options.Capabilities["HttpUri"] = $"http://127.0.0.1:{port}/");
        services.Configure<KestrelServerOptions>(options => options.ListenLocalhost(port));
    }

    /// <inheritdoc/>
    public async Task<IWorker> StartAsync(WorkerStart start, CancellationToken cancellationToken)
    {
        ((IConfigurationBuilder)hub.Services.GetRequiredService<IConfiguration>()).AddInMemoryCollection(start.Configuration);
        await hub.StartAsync(cancellationToken);
        _ended = RunAsync();
        return this;
    }

    /// <inheritdoc/>
    public void Kill() => hub.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

    /// <summary>No-op: the hub belongs to whoever built it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<int> RunAsync()
    {
        await hub.WaitForShutdownAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    private sealed class Extended(IServiceCollection services) : IFunctionsWorkerApplicationBuilder
    {
        public IServiceCollection Services => services;

        public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware) =>
            throw new NotSupportedException("The Service Bus extension uses no middleware.");
    }
}

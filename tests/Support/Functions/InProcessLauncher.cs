using System.Globalization;
using System.Net;
using IntegrationHub.LocalPlatform.FunctionsHost.Worker;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace IntegrationHub.Tests.Support.Functions;

/// <summary>
/// Runs a worker in the test's own process, so that a test can replace its parts and look into them. What the worker would find in its entry assembly and on
/// its command line is given to it here.
/// </summary>
/// <param name="functions">The provider that the SDK generated for the app.</param>
/// <param name="build">
/// Builds the worker from command-line arguments; it has to apply the given change to its services last. One that is built already has had <see cref="Configure"/>.
/// </param>
public sealed class InProcessLauncher(IFunctionMetadataProvider functions, Func<string[], Action<IServiceCollection>, IHost> build) : IWorkerLauncher
{
    /// <summary>Gets the worker that was started last.</summary>
    public IHost Host { get; private set; } = null!;

    public async Task<IWorker> StartAsync(WorkerStart start, CancellationToken cancellationToken)
    {
        // The same for all workers of a process.
        Environment.SetEnvironmentVariable("FUNCTIONS_APPLICATION_DIRECTORY", start.ApplicationDirectory);
        var settings = start.Settings.Select(each => KeyValuePair.Create(each.Key.Replace("__", ":", StringComparison.Ordinal), (string?)each.Value));
        Host = build([.. settings.Select(each => $"--{each.Key}={each.Value}")], services => Configure(services, functions));
        ((IConfigurationBuilder)Host.Services.GetRequiredService<IConfiguration>()).AddInMemoryCollection(start.Configuration);
        await Host.StartAsync(cancellationToken);
        return new InProcessWorker(Host);
    }

    /// <summary>Makes a worker that is built before it is started fit for it.</summary>
    /// <param name="services">The worker's own.</param>
    /// <param name="functions">The provider that the SDK generated for the app.</param>
    public static void Configure(IServiceCollection services, IFunctionMetadataProvider functions)
    {
        // The worker's own choice of a port is one for the whole process.
        var port = FreePort.Find();
        services.PostConfigure<WorkerOptions>(worker => worker.Capabilities["HttpUri"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        services.AddSingleton(functions);
        new ServiceBusExtensionStartup().Configure(new Builder(services));
    }

    private sealed class Builder(IServiceCollection services) : IFunctionsWorkerApplicationBuilder
    {
        public IServiceCollection Services => services;

        public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware) =>
            throw new NotSupportedException("An extension that adds middleware cannot be given to a worker in the test's process.");
    }

    private sealed class InProcessWorker(IHost host) : IWorker
    {
        private readonly IHostApplicationLifetime _lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();

        public Task<int> Ended { get; } = RunAsync(host);

        public void Kill() => _lifetime.StopApplication();

        public async ValueTask DisposeAsync()
        {
            if (host is IAsyncDisposable disposable)
            {
                await disposable.DisposeAsync();
            }
        }

        private static async Task<int> RunAsync(IHost host)
        {
            await host.WaitForShutdownAsync();
            return 0;
        }
    }
}

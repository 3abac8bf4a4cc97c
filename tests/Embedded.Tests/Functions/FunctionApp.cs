using System.Reflection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace IntegrationHub.Embedded.Tests.Functions;

/// <summary>A running function app with some of the functions of this assembly, on a free port, with a data directory of its own.</summary>
internal sealed class FunctionApp : IAsyncDisposable
{
    private readonly IHost _host;

    private FunctionApp(IHost host) => _host = host;

    public HttpClient Http { get; } = new();

    public IServiceProvider Services => _host.Services;

    /// <summary>Starts the functions of the given classes and no others.</summary>
    public static async Task<FunctionApp> StartAsync(
        Type[] classes, Action<FunctionsApplicationBuilder>? configure = null, string? dataDirectory = null, params string[] settings)
    {
        var app = new FunctionApp(Build(classes, configure, dataDirectory, settings));
        try
        {
            await app._host.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            app._host.Dispose();
            throw;
        }

        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        app.Http.BaseAddress = new Uri(address);
        return app;
    }

    public static string NewDirectory() => Directory.CreateTempSubdirectory("hub-functions-").FullName;

    public Task StopAsync(CancellationToken cancellationToken) => _host.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    private static IHost Build(Type[] classes, Action<FunctionsApplicationBuilder>? configure, string? dataDirectory, string[] settings)
    {
        var others = typeof(FunctionApp).Assembly.GetTypes()
            .Except(classes)
            .SelectMany(type => type.GetMethods())
            .Select(method => method.GetCustomAttribute<FunctionAttribute>()?.Name)
            .OfType<string>()
            .Select(name => $"--AzureWebJobs.{name}.Disabled=true");

        // Named storage and mail: nothing has to be started beside the app. A host.json lying about counts for nothing. Later arguments win.
        string[] own =
        [
            "--urls=http://127.0.0.1:0",
            $"--Hub:DataDirectory={dataDirectory ?? NewDirectory()}",
            "--Hub:FunctionKey=open-sesame",
            "--AzureWebJobsStorage=UseDevelopmentStorage=true",
            "--Mail:Smtp:Host=mail.invalid",
            "--AzureFunctionsJobHost:extensions:http:routePrefix=api",
            "--AzureFunctionsJobHost:extensions:serviceBus:autoCompleteMessages=true",
            "--AzureFunctionsJobHost:extensions:serviceBus:maxAutoLockRenewalDuration=00:05:00",
            "--AzureFunctionsJobHost:extensions:serviceBus:maxConcurrentCalls=16",
            "--Logging:Console:LogLevel:Default=None",
        ];
        var builder = FunctionsApplication.CreateBuilder([.. own, .. others, .. settings]);
        builder.ConfigureFunctionsWebApplication();
        configure?.Invoke(builder);
        return builder.Build();
    }
}

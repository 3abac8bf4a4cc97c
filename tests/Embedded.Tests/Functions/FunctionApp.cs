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
    /// <summary>Settings that name all parts, so that nothing has to be started beside the app.</summary>
    private static readonly string[] Named =
        ["--Hub:FunctionKey=open-sesame", "--AzureWebJobsStorage=UseDevelopmentStorage=true", "--Mail:Smtp:Host=mail.invalid"];

    private readonly IHost _host;

    private FunctionApp(IHost host) => _host = host;

    public HttpClient Http { get; } = new();

    public IServiceProvider Services => _host.Services;

    /// <summary>Starts the functions of the given classes and no others.</summary>
    public static Task<FunctionApp> StartAsync(
        Type[] classes, Action<FunctionsApplicationBuilder>? configure = null, string? dataDirectory = null, params string[] settings) =>
        StartAsync(Build(classes, configure, [.. Named, .. Own(dataDirectory), .. settings]));

    /// <summary>Starts the functions of the given classes with everything that the host brings where no setting names it: table store, mailbox, key.</summary>
    public static Task<FunctionApp> StartWithAllPartsAsync(Type[] classes, string dataDirectory, params string[] settings) =>
        StartAsync(Build(classes, null, [.. Own(dataDirectory), .. settings]));

    private static async Task<FunctionApp> StartAsync(IHost host)
    {
        var app = new FunctionApp(host);
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

    private static string[] Own(string? dataDirectory) =>
    [
        "--urls=http://127.0.0.1:0",
        $"--Hub:DataDirectory={dataDirectory ?? NewDirectory()}",
        "--Logging:Console:LogLevel:Default=None",

        // A host.json lying about counts for nothing.
        "--AzureFunctionsJobHost:extensions:http:routePrefix=api",
        "--AzureFunctionsJobHost:extensions:serviceBus:autoCompleteMessages=true",
        "--AzureFunctionsJobHost:extensions:serviceBus:maxAutoLockRenewalDuration=00:05:00",
        "--AzureFunctionsJobHost:extensions:serviceBus:maxConcurrentCalls=16",
    ];

    private static IHost Build(Type[] classes, Action<FunctionsApplicationBuilder>? configure, string[] settings)
    {
        var others = typeof(FunctionApp).Assembly.GetTypes()
            .Except(classes)
            .SelectMany(type => type.GetMethods())
            .Select(method => method.GetCustomAttribute<FunctionAttribute>()?.Name)
            .OfType<string>()
            .Select(name => $"--AzureWebJobs.{name}.Disabled=true");
        var builder = FunctionsApplication.CreateBuilder([.. settings, .. others]);
        builder.ConfigureFunctionsWebApplication();
        configure?.Invoke(builder);
        return builder.Build();
    }
}

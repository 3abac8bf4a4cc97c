using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Collects what a function app is made of, and builds the host that runs it.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly WebApplicationBuilder _builder;
    private readonly MiddlewareList _middleware = new();
    private readonly LocalPlatform _platform;
    private readonly Assembly[] _roots;

    internal FunctionsApplicationBuilder(string[] args, Assembly caller)
    {
        _builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args });
        _roots = [.. new[] { Assembly.GetEntryAssembly(), caller }.OfType<Assembly>().Distinct()];
        _platform = LocalPlatform.AddTo(_builder.Configuration);
        _builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // The app limits what it reads; a second limit below its own would only answer in the wrong words.
            kestrel.Limits.MaxRequestBodySize = null;
        });

        // First of all hosted services, so that what they need runs before they do.
        _builder.Services.AddSingleton(_platform).AddHostedService<LocalPlatformHost>();
    }

    /// <summary>Gets the settings: environment and command line over appsettings.json over local.settings.json.</summary>
    public ConfigurationManager Configuration => _builder.Configuration;

    /// <summary>Gets the services of the app.</summary>
    public IServiceCollection Services => _builder.Services;

    /// <summary>Gets the logging of the app.</summary>
    public ILoggingBuilder Logging => _builder.Logging;

    /// <summary>Gets the metrics of the app.</summary>
    public IMetricsBuilder Metrics => _builder.Metrics;

    /// <summary>Gets where the app runs.</summary>
    public IHostEnvironment Environment => _builder.Environment;

    /// <summary>Gets what parts of the set-up leave for each other.</summary>
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_builder).Properties;

    /// <inheritdoc/>
    IConfigurationManager IHostApplicationBuilder.Configuration => _builder.Configuration;

    /// <summary>Takes another container than the one built in.</summary>
    public void ConfigureContainer<TContainerBuilder>(IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull =>
        ((IHostApplicationBuilder)_builder).ConfigureContainer(factory, configure);

    /// <inheritdoc/>
    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        _middleware.Add(middleware);
        return this;
    }

    /// <summary>Builds the host; running it serves the functions until it is stopped.</summary>
    /// <exception cref="InvalidOperationException">A function cannot run as it is written.</exception>
    public IHost Build()
    {
        var functions = FunctionCatalog.Find(_roots, Configuration);
        var host = new HostSettings(Configuration);

        Services.TryAddSingleton(TimeProvider.System);
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, FunctionMethodPolicy>());
        Services.AddSingleton(functions)
            .AddSingleton(host)
            .AddSingleton(_middleware)
            .AddSingleton(_ => FunctionKey.Load(Configuration["Hub:FunctionKey"], _platform.DataDirectory))
            .AddSingleton(new TimerMemory(Path.Combine(_platform.DataDirectory, "timers")))
            .AddSingleton<FunctionRunner>()
            .AddSingleton<HttpFunctions>()
            .AddSingleton<BusConnections>()
            .AddSingleton<TriggerLoops>()
            .AddHostedService<FunctionsHost>();

        var app = _builder.Build();
        app.Services.GetRequiredService<HttpFunctions>().Map(app, functions);
        return app;
    }
}

using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace IntegrationHub.LocalPlatform.ProbeApp;

/// <summary>Builds the app, for its own process or for a test's.</summary>
public static class Probe
{
    public static IHost Build(string[] args, Action<IServiceCollection>? configure = null)
    {
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<BusRuns>().AddSingleton<TimerRuns>();
        configure?.Invoke(builder.Services);
        return builder.Build();
    }
}

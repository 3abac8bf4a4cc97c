using System.Globalization;
using IntegrationHub.LocalPlatform;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

[assembly: HostingStartup(typeof(WorkerClock))]

namespace IntegrationHub.LocalPlatform;

/// <summary>
/// Runs inside a worker: makes its clock wrong, as a machine without time service would. The app itself has no setting
/// for that, so nothing can do it on Azure.
/// </summary>
/// <remarks>
/// ASP.NET Core runs it because the launcher names this assembly, which the worker has as its <see cref="StartupHook"/>.
/// </remarks>
internal sealed class WorkerClock : IHostingStartup
{
    /// <summary>The environment variable of a worker that holds how far its clock is ahead.</summary>
    public const string Variable = "LOCAL_PLATFORM_CLOCK_OFFSET";

    /// <summary>The environment variable that names assemblies with a hosting startup.</summary>
    public const string Startups = "ASPNETCORE_HOSTINGSTARTUPASSEMBLIES";

    /// <inheritdoc/>
    public void Configure(IWebHostBuilder builder)
    {
        if (TimeSpan.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out var offset))
        {
            builder.ConfigureServices(services => services.AddSingleton<TimeProvider>(new WrongClock(offset)));
        }
    }

    /// <summary>Timers and timestamps are the machine's; only the time of day is wrong.</summary>
    private sealed class WrongClock(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;
    }
}

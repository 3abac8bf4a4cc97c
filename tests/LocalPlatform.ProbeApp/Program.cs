using IntegrationHub.LocalPlatform.ProbeApp;
using Microsoft.Extensions.Hosting;

// As the hub does when its settings are at fault.
if (Environment.GetEnvironmentVariable("Probe__Refuses") is { } reason)
{
    await Console.Error.WriteLineAsync(reason);
    return 3;
}

await Probe.Build(args).RunAsync();
return 0;

using IntegrationHub.LocalPlatform.ProbeApp;
using Microsoft.Extensions.Hosting;

await Probe.Build(args).RunAsync();

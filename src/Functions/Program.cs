using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions;
using Microsoft.Extensions.Hosting;

try
{
    await Hub.Build(args).RunAsync();
    return 0;
}
catch (InvalidSettingsException faults)
{
    await Console.Error.WriteLineAsync(faults.Message);
    return 2;
}

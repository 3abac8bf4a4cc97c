using System.CommandLine;
using IntegrationHub.Connectors.Common;
using IntegrationHub.Functions;
using Microsoft.Extensions.Hosting;

// A command runs and ends; without one the hub serves.
if (args is ["read" or "deadletters", ..])
{
    return await new RootCommand("IntegrationHub") { ReadCommand.Create(), DeadLettersCommand.Create() }.Parse(args).InvokeAsync();
}

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

using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions;
using Microsoft.Extensions.Hosting;

if (args.Any(argument => argument is "--help" or "-h" or "-?" or "/?"))
{
    Console.WriteLine(
        "The function app of IntegrationHub. A Functions host starts it: "
            + "dotnet run --project src/Functions, or func start. Settings: docs/configuration.md.");
    return 0;
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

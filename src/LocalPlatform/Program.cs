using System.CommandLine;
using IntegrationHub.LocalPlatform.Commands;
using IntegrationHub.LocalPlatform.ServiceBus;

return await new RootCommand("What Azure provides around the function app, on one machine. Not for production.")
{
    HostCommand.Create(),
    new BusCommand(),
}.Parse(args).InvokeAsync();

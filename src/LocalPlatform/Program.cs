using System.CommandLine;
using IntegrationHub.LocalPlatform.ServiceBus;

return await new RootCommand("What Azure provides around the hub, on one machine. Not for production.") { new BusCommand() }.Parse(args).InvokeAsync();

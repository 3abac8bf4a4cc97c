using System.CommandLine;
using IntegrationHub.LocalPlatform.Commands;

return await new RootCommand("What Azure provides around the function app, on one machine. Not for production.")
{
    HostCommand.Create(),
}.Parse(args).InvokeAsync();

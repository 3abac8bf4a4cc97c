using System.CommandLine;
using IntegrationHub.LocalPlatform;
using IntegrationHub.LocalPlatform.Commands;
using IntegrationHub.LocalPlatform.ServiceBus;

if (args is ["bus", ..] && Console.IsInputRedirected)
{
    // Its parent ends it through its standard input.
    TerminalSignals.Leave();
}

// No limit of the command line's own on how long a stop takes.
InvocationConfiguration invocation = new() { ProcessTerminationTimeout = args is ["bus", ..] ? TimeSpan.FromSeconds(10) : null };
return await new RootCommand("What Azure provides around the function app, on one machine. Not for production.")
{
    new HostCommand(),
    new ServicesCommand(),
    new BusCommand(),
}.Parse(args).InvokeAsync(invocation);

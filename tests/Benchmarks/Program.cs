using System.CommandLine;
using System.Reflection;
using BenchmarkDotNet.Running;
using IntegrationHub.Benchmarks.Load;

// `load` drives the whole hub over HTTP and prints ratios; anything else is BenchmarkDotNet's (try --list flat).
if (args is ["load", ..])
{
    return await new RootCommand("Benchmarks of IntegrationHub") { LoadCommand.Create() }.Parse(args).InvokeAsync();
}

BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args);
return 0;

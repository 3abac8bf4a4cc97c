using System.CommandLine;
using System.Reflection;
using BenchmarkDotNet.Running;
using IntegrationHub.Benchmarks.Load;

// `load` drives the whole hub over HTTP and prints ratios; anything else is BenchmarkDotNet's (try --list flat).
if (args is ["load", ..])
{
    return await new RootCommand("Benchmarks of IntegrationHub") { LoadCommand.Create() }.Parse(args).InvokeAsync();
}

var summaries = BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args);
return summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success)) ? 0 : 1;

using System.CommandLine;
using System.Reflection;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using IntegrationHub.Benchmarks.Deadlines;
using IntegrationHub.Benchmarks.Fuzz;
using IntegrationHub.Benchmarks.History;
using IntegrationHub.Benchmarks.Load;
using IntegrationHub.Benchmarks.Senders;

// `load` drives the whole hub over HTTP and prints ratios, `deadlines` counts what a stall sweep costs, `fuzz` tries the parsers, `senders` floods the webhooks, `history` drives three hubs through faults; anything else is BenchmarkDotNet's (try --list flat).
if (args is ["load" or "deadlines" or "fuzz" or "senders" or "history", ..])
{
    return await new RootCommand("Benchmarks of IntegrationHub") { LoadCommand.Create(), DeadlinesCommand.Create(), FuzzCommand.Create(), SendersCommand.Create(), HistoryCommand.Create() }.Parse(args).InvokeAsync();
}

// BenchmarkDotNet builds everything again for the processes it measures in; on a busy machine that takes longer than the two minutes it would wait.
var config = ManualConfig.Create(DefaultConfig.Instance).WithBuildTimeout(TimeSpan.FromMinutes(10));
var summaries = BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args, config);
return summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success)) ? 0 : 1;

using System.Collections.Concurrent;
using System.Diagnostics;
using IntegrationHub.Funnel;
using IntegrationHub.Tests.Support;
using IntegrationHub.Sandbox.Calls;

namespace IntegrationHub.Benchmarks.Load;

/// <summary>
/// The whole job at a steady rate: known leads become sales', from the webhook to the task in the CRM. Latency counts from
/// when a webhook was due, and not from when a connection came free.
/// </summary>
internal static class HandoffRun
{
    private const double EachSecond = 50;
    private const string LeadField = "IntegrationHub_Lead_Id__c", TaskField = "IntegrationHub_Handoff_Id__c";

    public static async Task<bool> RunAsync(LoadOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        await using var hub = await HubUnderLoad.StartWithCrmAsync(options.Handoffs, cancellationToken);
        var introductions = hub.Deliveries.Introduce().ToList();
        await Rates.SendAsync(hub.Http, introductions, options.Connections, cancellationToken);
        await hub.ProcessedAsync(introductions.Count, cancellationToken);
        hub.Metrics.Reset();
        hub.Vendors.Calls.Clear();

        var tasks = new ConcurrentDictionary<string, long>();
        hub.Vendors.Calls.Answered += call => Note(call, tasks);
        var due = await SendAsync(hub, cancellationToken);
        var complete = await EndedAsync(hub, tasks, options.Handoffs, cancellationToken);

        var latencies = LatenciesOf(hub, due, tasks);
        var (bus, calls) = (hub.Metrics["hub.bus.operations"] / options.Handoffs, (double)hub.Vendors.Calls.Count() / options.Handoffs);
        await output.WriteLineAsync($"""

            handoffs, {EachSecond:0} a second: {options.Handoffs} handed over, {latencies.Count} tasks in the CRM{(complete ? "" : " NOT COMPLETE")}
              webhook to task: p50 {At(latencies, 0.5):0} ms, p99 {At(latencies, 0.99):0} ms
              table requests {hub.Metrics["hub.table.requests"] / options.Handoffs:0.00}, bus operations {bus:0.00}, vendor calls {calls:0.00} a handoff
              memory at most: {string.Join(", ", (await hub.PeakMemoryAsync()).Select(process => $"{process.Process} {process.Megabytes} MiB"))}
            """);
        await LoadRun.WriteRequestsAsync(hub.Metrics, options.Handoffs, output);
        foreach (var call in hub.Vendors.Calls.Counts)
        {
            await output.WriteLineAsync($"    {(double)call.Count / options.Handoffs,6:0.00} {call.Vendor} {call.Method} {call.Path}");
        }

        return complete;
    }

    private static void Note(Call call, ConcurrentDictionary<string, long> tasks)
    {
        if (call is { Method: "PATCH", Status: >= 200 and < 300 } && call.Target.Contains($"/Task/{TaskField}/", StringComparison.Ordinal))
        {
            tasks.TryAdd(call.Target[(call.Target.LastIndexOf('/') + 1)..], Stopwatch.GetTimestamp());
        }
    }

    private static async Task<Dictionary<string, long>> SendAsync(HubUnderLoad hub, CancellationToken cancellationToken)
    {
        var due = new Dictionary<string, long>();
        var sending = new List<Task>();
        var started = Stopwatch.GetTimestamp();
        foreach (var (contact, request) in hub.Deliveries.HandOver())
        {
            var at = started + (long)(due.Count / EachSecond * Stopwatch.Frequency);
            if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), at) is { Ticks: > 0 } early)
            {
                await Task.Delay(early, cancellationToken);
            }

            due[Given.Keys.LeadOf(IdentityKey.Person("hubspot", $"{contact}")).Value] = at;
            sending.Add(AcceptedAsync(hub.Http, request, cancellationToken));
        }

        await Task.WhenAll(sending);
        return due;
    }

    private static async Task AcceptedAsync(HttpClient http, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var answer = await http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Waits for all tasks, and gives up when none has come for half a minute.</summary>
    private static async Task<bool> EndedAsync(HubUnderLoad hub, ConcurrentDictionary<string, long> tasks, int expected, CancellationToken cancellationToken)
    {
        var (seen, since) = (0, Stopwatch.GetTimestamp());
        while (tasks.Count < expected && Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(30))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
            (seen, since) = tasks.Count > seen ? (tasks.Count, Stopwatch.GetTimestamp()) : (seen, since);
        }

        // What follows a delivery is counted too.
        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
        return tasks.Count == expected && hub.Vendors.Salesforce.All("Task").Count == expected;
    }

    private static List<double> LatenciesOf(HubUnderLoad hub, Dictionary<string, long> due, ConcurrentDictionary<string, long> tasks)
    {
        var leads = hub.Vendors.Salesforce.All("Lead").ToDictionary(lead => lead.Id, lead => lead[LeadField]);
        return [.. hub.Vendors.Salesforce.All("Task")
            .Where(task => task[TaskField] is not null && task["WhoId"] is not null)
            .Select(task => Stopwatch.GetElapsedTime(due[leads[task["WhoId"]!]!], tasks[task[TaskField]!]).TotalMilliseconds)
            .Order()];
    }

    private static double At(List<double> ordered, double share) => ordered.Count == 0 ? double.NaN : ordered[(int)((ordered.Count - 1) * share)];
}

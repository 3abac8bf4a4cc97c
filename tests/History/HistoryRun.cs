using System.Diagnostics;
using System.Text.Json;
using IntegrationHub.History.Checking;
using IntegrationHub.History.Recording;
using IntegrationHub.History.World;

namespace IntegrationHub.History;

/// <summary>What a run did, and what it found.</summary>
/// <param name="File">The record, as JSONL.</param>
/// <param name="IsTelling">Whether enough happened to say anything: events, tasks and faults.</param>
public sealed record HistoryReport(int Seed, string File, string Summary, bool IsTelling, IReadOnlyList<Violation> Violations)
{
    /// <summary>Says all of it, with the way to repeat it.</summary>
    public override string ToString() => string.Join(Environment.NewLine,
    [
        $"History of seed {Seed}: {Summary}.",
        Violations.Count == 0 ? "All rules hold." : $"{Violations.Count} violations:",
        .. Violations.Select(violation => $"  {violation}"),
        .. Violations.Count == 0
            ? Array.Empty<string>()
            : [$"The record, with the hubs' logs beside it: {File}", $"To repeat it: dotnet run --project tests/Benchmarks -c Release -- history --minutes 10 --seed {Seed}"],
    ]);
}

/// <summary>
/// A Jepsen-like test: three hubs, random people in both tools, a nemesis; then time passes, and what was recorded is checked. The seed determines what people and nemesis do,
/// not how threads and processes interleave: a seed that found something finds it often, not always.
/// </summary>
public static class HistoryRun
{
    /// <summary>More than a clock is wrong and a broken tool makes wait together: what waits becomes due.</summary>
    private static readonly TimeSpan Passing = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(90);

    /// <summary>Runs, settles and checks.</summary>
    /// <param name="length">How long people and nemesis are at work.</param>
    public static async Task<HistoryReport> RunAsync(int seed, TimeSpan length, CancellationToken cancellationToken)
    {
        var file = Path.Combine(Path.GetTempPath(), $"hub-history-{seed}-{Environment.ProcessId}.jsonl");
        using var log = new HistoryLog(new StreamWriter(file) { AutoFlush = true });
        await using var world = await HistoryWorld.StartAsync(log, seed);
        using CancellationTokenSource enough = new(), abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var nemesis = new Nemesis(world, log, seed);
        nemesis.SetClocks();
        await world.StartHubsAsync();
        var (work, faults) = (new Clients(world, log, seed).RunAsync(enough.Token, abandoned.Token), nemesis.RunAsync(enough.Token));
        await Task.Delay(length, cancellationToken);
        await enough.CancelAsync();
        await faults;

        abandoned.CancelAfter(LongestWait);
        await PassTimeAsync(world);
        var problem = await EndAsync(world, work, abandoned.Token);
        var rests = await RestsAsync(world, log, cancellationToken);
        var violations = await ReadAndCheckAsync(world, log, rests, cancellationToken);
        foreach (var hub in world.Hubs)
        {
            await File.WriteAllTextAsync(Path.ChangeExtension(file, $".{hub.Name}.log"), hub.Host.Log, cancellationToken);
        }

        return new(seed, file, Summarise(log.Entries), IsTelling(log.Entries), problem is null ? violations : [problem, .. violations]);
    }

    /// <summary>
    /// Kills all hubs and starts one when claims have lapsed, retries are due and clocks agree again: somebody else has to be able to finish whatever was begun.
    /// </summary>
    private static async Task PassTimeAsync(HistoryWorld world)
    {
        await Task.WhenAll(world.Hubs.Select(hub => hub.Host.KillAsync()));
        world.Clock.Pass(Passing);
        world.Hubs[0].ClockOffset = Passing;
        await world.Hubs[0].Host.StartAsync();
    }

    /// <summary>Waits until everything that was begun is done: deliveries accepted, opt-outs shown, erasures answered.</summary>
    private static async Task<Violation?> EndAsync(HistoryWorld world, Task work, CancellationToken abandoned)
    {
        try
        {
            await work;
            await world.Vendors.HubSpot.Webhooks.WhenSettledAsync(abandoned);
            return null;
        }
        catch (OperationCanceledException)
        {
            return new(Rule.EveryEventOnce, null, "a delivery is not accepted, an opt-out not shown or an erasure not answered long after the last fault");
        }
    }

    /// <summary>Waits until the queues are empty and the hub writes nothing for a while; returns whether that came.</summary>
    private static async Task<bool> RestsAsync(HistoryWorld world, HistoryLog log, CancellationToken cancellationToken)
    {
        var (waited, quiet, seen) = (Stopwatch.StartNew(), Stopwatch.StartNew(), -1);
        while (waited.Elapsed < LongestWait)
        {
            var writes = log.Entries.Count(entry => entry is VendorCalled);
            if (writes != seen || await world.Hubs[0].QueuesAsync() is not { Count: > 0 } queues || queues.Any(queue => queue.Active > 0))
            {
                seen = writes;
                quiet.Restart();
            }

            if (quiet.Elapsed > Quiet)
            {
                return true;
            }

            await Task.Delay(200, cancellationToken);
        }

        return false;
    }

    /// <summary>Reads what is there and checks it, until all holds or it has had its time.</summary>
    private static async Task<IReadOnlyList<Violation>> ReadAndCheckAsync(HistoryWorld world, HistoryLog log, bool rests, CancellationToken cancellationToken)
    {
        for (var waited = Stopwatch.StartNew(); ;)
        {
            var end = await ReadAsync(world, log.Entries, rests);
            var violations = HistoryChecker.Check([.. log.Entries, .. end]);
            if (violations.Count == 0 || waited.Elapsed > LongestWait / 3)
            {
                foreach (var entry in end)
                {
                    log.Add(entry);
                }

                return violations;
            }

            await Task.Delay(1_000, cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<HistoryEntry>> ReadAsync(HistoryWorld world, IReadOnlyList<HistoryEntry> history, bool rests)
    {
        var (now, hub) = (TimeProvider.System.GetUtcNow(), world.Hubs[0]);
        var end = new List<HistoryEntry> { new Settled(now, rests, await hub.DeadLettersAsync()) };
        foreach (var person in history.OfType<PersonMade>())
        {
            end.Add(await hub.FindLeadAsync(person.Contact) is { } lead ? ReadJourney(now, person.Contact, lead) : new JourneyRead(now, person.Contact, null, false, 0, [], []));
            end.Add(new RecordRead(now, person.Contact, "hubspot", $"{person.Contact}", world.Vendors.HubSpot.Get("contacts", person.Contact)?["hs_email_optout"] == "true"));
            end.AddRange(world.Vendors.Salesforce.All("Lead").Where(record => record["Email"] == person.Email)
                .Select(record => new RecordRead(now, person.Contact, "salesforce", record.Id, record.Is("HasOptedOutOfEmail"))));
        }

        end.AddRange(world.Vendors.Salesforce.All("Task").Select(task => new TaskRead(now, task.Id, task["IntegrationHub_Handoff_Id__c"] ?? "", task["WhoId"] ?? "")));
        return end;
    }

    private static JourneyRead ReadJourney(DateTimeOffset now, long contact, JsonElement lead) => new(
        now,
        contact,
        lead.GetProperty("leadId").GetString(),
        lead.GetProperty("consent").GetProperty("email").GetString() == "optedOut",
        lead.GetProperty("alerts").GetArrayLength(),
        [
            .. lead.GetProperty("history").EnumerateArray().Where(fact => fact.GetProperty("connector").GetString() == "hubspot")
                .Select(fact => new FactRead(fact.GetProperty("kind").GetString()!, TimeOf(fact))),
        ],
        [
            .. lead.GetProperty("handoffs").EnumerateArray().Where(handoff => handoff.GetProperty("to").GetString() == "sales")
                .Select(handoff => new HandoffRead(handoff.GetProperty("id").GetString()!, handoff.GetProperty("delivery").GetString()!)),
        ]);

    /// <summary>The tool's own time, which a hub whose clock is behind bounds.</summary>
    private static DateTimeOffset TimeOf(JsonElement fact) =>
        (fact.TryGetProperty("saidAt", out var said) ? said : fact.GetProperty("occurredAt")).GetDateTimeOffset();

    private static bool IsTelling(IReadOnlyList<HistoryEntry> history) =>
        history.Any(entry => entry is TaskRead) && history.Count(entry => entry is DeliveryAnswered { IsAccepted: true }) > 20 && history.Count(entry => entry is FaultInForce) > 5;

    private static string Summarise(IReadOnlyList<HistoryEntry> history)
    {
        var accepted = history.OfType<DeliveryAnswered>().Where(delivery => delivery.IsAccepted).SelectMany(delivery => delivery.Events).DistinctBy(sent => sent.Id).Count();
        return $"{history.OfType<PersonMade>().Count()} persons, {accepted} events accepted, {history.OfType<ToolChanged>().Count()} changes in the CRM, "
            + $"{history.OfType<TaskRead>().Count()} tasks, {history.OfType<VendorCalled>().Count()} writes, {history.OfType<MailArrived>().Count()} mails, "
            + $"{history.OfType<OptOutShown>().Count()} opt-outs, {history.OfType<ErasureAnswered>().Count()} erasures, {history.OfType<FaultInForce>().Count()} faults";
    }
}

using System.Collections.Concurrent;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Tests.Journeys;

public sealed class LeadLanesTests
{
    private static readonly LeadId Ada = Given.Keys.LeadOf(IdentityKey.Person("hubspot", "1"));
    private static readonly LeadId Bob = Given.Keys.LeadOf(IdentityKey.Person("hubspot", "2"));

    [Fact]
    public async Task What_waits_for_a_lead_is_handled_as_one_batch()
    {
        var batches = new ConcurrentQueue<int[]>();
        var firstBegun = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var done = new TaskCompletionSource();
        var lanes = new LeadBatcher<int>(async (_, batch) =>
        {
            batches.Enqueue([.. batch]);
            firstBegun.TrySetResult();
            await goOn.Task;
            if (batch.Contains(4))
            {
                done.SetResult();
            }
        });

        lanes.Add(Ada, 1);
        await firstBegun.Task;
        lanes.Add(Ada, 2);
        lanes.Add(Ada, 3);
        lanes.Add(Ada, 4);
        goOn.SetResult();
        await done.Task;

        Assert.Equal([[1], [2, 3, 4]], batches);
    }

    [Fact]
    public async Task Leads_do_not_wait_for_each_other()
    {
        var adaMayEnd = new TaskCompletionSource();
        var bobEnded = new TaskCompletionSource();
        var lanes = new LeadBatcher<int>(async (lead, _) =>
        {
            if (lead == Bob)
            {
                bobEnded.SetResult();
                return;
            }

            await adaMayEnd.Task;
        });

        lanes.Add(Ada, 1);
        lanes.Add(Bob, 1);

        await bobEnded.Task;
        adaMayEnd.SetResult();
    }

    [Fact]
    public async Task Nothing_is_lost_or_handled_twice_or_at_the_same_time_when_many_enter_at_once()
    {
        const int Workers = 8;
        const int Each = 5_000;
        var handled = new ConcurrentDictionary<int, int>();
        var inside = new ConcurrentDictionary<LeadId, int>();
        var all = new TaskCompletionSource();
        var count = 0;
        var lanes = new LeadBatcher<int>(async (lead, batch) =>
        {
            Assert.Equal(1, inside.AddOrUpdate(lead, 1, (_, now) => now + 1));
            await Task.Yield();
            foreach (var work in batch)
            {
                handled.AddOrUpdate(work, 1, (_, times) => times + 1);
            }

            inside.AddOrUpdate(lead, 0, (_, now) => now - 1);
            if (Interlocked.Add(ref count, batch.Count) == Workers * Each)
            {
                all.SetResult();
            }
        });

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() =>
        {
            for (var work = 0; work < Each; work++)
            {
                lanes.Add(work % 3 == 0 ? Ada : Bob, (worker * Each) + work);
            }
        })));
        await all.Task;

        Assert.Equal(Workers * Each, handled.Count);
        Assert.All(handled.Values, times => Assert.Equal(1, times));
    }
}

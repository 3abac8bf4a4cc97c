using IntegrationHub.LocalPlatform.ServiceBus.Engine;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>The list of waiting messages gives the same as one that is wholly in memory, whatever is done to it.</summary>
public sealed class ReadyMessagesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Messages_come_in_order_however_they_were_added_taken_and_given_back(int seed)
    {
        var random = new Random(seed);
        var store = new SortedSet<long>(Enumerable.Range(0, 1000).Select(static number => (long)number));
        var locked = new Dictionary<long, QueueEntry>();
        var ready = new ReadyMessages((from, limit) => Load(store, locked, from, limit));
        var next = 1000L;
        for (var step = 0; step < 20_000; step++)
        {
            switch (random.Next(6))
            {
                case 0:
                    store.Add(next);
                    ready.Append(Entry(next++));
                    break;
                case 1 when locked.Count > 0:
                    Return(locked.Keys.ElementAt(random.Next(locked.Count)));
                    break;
                case 2 when locked.Count > 900:
                    locked.Keys.ToList().ForEach(Return);
                    break;
                case 3 when locked.Count > 0:
                    var completed = locked.Keys.ElementAt(random.Next(locked.Count));
                    locked.Remove(completed);
                    store.Remove(completed);
                    break;
                case 4 when random.Next(20) == 0 && store.Except(locked.Keys).Take(50).ToList() is { Count: > 0 } waiting:
                    var expired = waiting[random.Next(waiting.Count)];
                    store.Remove(expired);
                    ready.Remove(Entry(expired));
                    break;
                default:
                    Take();
                    break;
            }
        }

        void Return(long sequence)
        {
            locked.Remove(sequence, out var entry);
            ready.Return(entry!);
        }

        void Take()
        {
            var expected = store.Cast<long?>().FirstOrDefault(sequence => !locked.ContainsKey(sequence!.Value));
            Assert.Equal(expected is not null, ready.TryTake(out var entry));
            Assert.Equal(expected, entry?.Sequence);
            if (entry is not null)
            {
                locked.Add(entry.Sequence, entry);
            }
        }
    }

    private static (List<QueueEntry> Entries, long? Next) Load(SortedSet<long> store, Dictionary<long, QueueEntry> locked, long from, int limit)
    {
        var page = store.Where(sequence => sequence >= from).Take(limit).ToList();
        return ([.. page.Where(sequence => !locked.ContainsKey(sequence)).Select(Entry)], page.Count < limit ? null : page[^1] + 1);
    }

    private static QueueEntry Entry(long sequence) => new(null!, new(sequence, long.MaxValue, null, 0, 0), null);
}

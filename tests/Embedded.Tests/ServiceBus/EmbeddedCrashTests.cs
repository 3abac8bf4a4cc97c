using System.Diagnostics;
using Azure.Messaging.ServiceBus;

namespace IntegrationHub.Embedded.Tests.ServiceBus;

public sealed class EmbeddedCrashTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_killed_under_load_ten_times_loses_nothing_and_doubles_nothing()
    {
        using var own = new OwnBus();
        var said = new Dictionary<string, HashSet<string>> { ["sent"] = [], ["completing"] = [], ["completed"] = [] };
        for (var kill = 1; kill <= 10; kill++)
        {
            using var child = StartChild(own.Connection);
            for (var lines = 0; await child.StandardOutput.ReadLineAsync(Stop) is { } line; lines++)
            {
                var words = line.Split(' ');

                // A kill between the two words makes the next process try the same message again.
                Assert.True(said[words[0]].Add(words[1]) || words[0] == "completing", $"'{line}' was said twice.");
                if (lines == 150 * kill)
                {
                    child.Kill();
                }
            }

            await child.WaitForExitAsync(Stop);
        }

        await using var client = own.Connect();
        var there = await EverythingAsync(client.CreateReceiver("plain"));
        there.AddRange(await EverythingAsync(client.CreateReceiver("plain/$DeadLetterQueue")));

        Assert.Equal(there.Distinct().Count(), there.Count);
        Assert.Empty(said["completed"].Intersect(there));
        Assert.Empty(said["sent"].Except(said["completing"]).Except(there));
        Assert.NotEmpty(said["sent"].Intersect(there));
        Assert.NotEmpty(said["completed"]);
    }

    [Fact]
    public async Task A_data_directory_belongs_to_one_process_at_a_time()
    {
        using var own = new OwnBus();
        using var child = StartChild(own.Connection);
        try
        {
            Assert.NotNull(await child.StandardOutput.ReadLineAsync(Stop));
            Assert.Contains("in use by another process", Assert.Throws<IOException>(() => own.Connect()).Message, StringComparison.Ordinal);
        }
        finally
        {
            child.Kill();
            await child.WaitForExitAsync(CancellationToken.None);
        }

        await using var client = own.Connect();
        await client.CreateReceiver("plain").NextAsync();
    }

    private static Process StartChild(string connection)
    {
        var executable = Path.ChangeExtension(typeof(BusChild).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null);
        return Process.Start(new ProcessStartInfo(executable)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { [BusChild.Variable] = connection },
        })!;
    }

    private static async Task<List<string>> EverythingAsync(ServiceBusReceiver receiver)
    {
        var ids = new List<string>();
        while (await receiver.PeekMessagesAsync(1000, cancellationToken: Stop) is { Count: > 0 } page)
        {
            ids.AddRange(page.Select(message => message.MessageId));
        }

        return ids;
    }
}

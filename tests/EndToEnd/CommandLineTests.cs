using System.Diagnostics;
using System.Text.Json;
using IntegrationHub.EndToEnd.Support;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.EndToEnd;

/// <summary>The command line of operators as a process, and the hub that it asks.</summary>
[Collection<SharedWorld>]
public sealed class CommandLineTests(World world)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_dead_letters_of_a_running_hub_are_listed_counted_and_replayed()
    {
        await world.SendInboundAsync(new("not ours") { MessageId = "m1" });
        await Wait.UntilAsync("the message is given up", Timeout, async () => await world.Hub.DeadLettersAsync() == 1);

        var listed = (await DeadLettersAsync("list")).GetProperty("deadLetters")[0];
        var counted = await DeadLettersAsync("replay", "--reason", "not-a-delivery", "--dry-run");
        var replayed = await DeadLettersAsync("replay", "--reason", "not-a-delivery");

        Assert.Equal(("m1", "not-a-delivery"), (listed.GetProperty("id").GetString(), listed.GetProperty("reason").GetString()));
        Assert.Equal((1, 0), (counted.GetProperty("matched").GetInt32(), counted.GetProperty("replayed").GetInt32()));
        await Wait.UntilAsync("the hub has given it up again", Timeout, async () => await world.Hub.DeadLettersAsync() == 1);
        Assert.Equal((1, 1), (replayed.GetProperty("matched").GetInt32(), replayed.GetProperty("replayed").GetInt32()));
    }

    /// <summary>Runs a command on the queue, whose answer is JSON.</summary>
    private async Task<JsonElement> DeadLettersAsync(string command, params string[] options)
    {
        var start = new ProcessStartInfo("dotnet", [Built.CommandLine, "deadletters", command, "--entity", "inbound", "--url", world.Hub.Url, "--json", .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["Hub__FunctionKey"] = HubProcess.Key },
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), (process.ExitCode, await errors));
        return JsonSerializer.Deserialize<JsonElement>(output);
    }
}

using IntegrationHub.LocalPlatform.ServiceBus.Engine;
using IntegrationHub.LocalPlatform.ServiceBus.Messages;

namespace IntegrationHub.LocalPlatform.Tests.ServiceBus;

/// <summary>A round that fails half-way, as it does when the disk is full, takes back all it did; the broker goes on with what the disk has.</summary>
public sealed class BrokerFailureTests
{
    /// <summary>A data section with one byte.</summary>
    private static readonly byte[] Message = [0, 0x53, 0x75, 0xa0, 1, 7];

    [Fact]
    public async Task After_a_failure_the_broker_has_what_was_committed_and_nothing_else()
    {
        await using var own = OwnBus.Prepare();
        var failures = 0;
        using var broker = new Broker(new() { DataDirectory = own.Folder, TopologyFile = own.TopologyFile }) { Failed = () => failures++ };
        broker.Start();
        await broker.RunAsync(Send);

        var failure = await Assert.ThrowsAsync<BusException>(() => broker.RunAsync<long[]>(state =>
        {
            Send(state);
            throw new IOException("No space is left.");
        }));

        Assert.Equal(BusError.Internal, failure.Error);
        Assert.Contains("No space is left.", failure.Message, StringComparison.Ordinal);
        await broker.RunAsync(Send);
        Assert.Equal(1, failures);
        var left = await broker.RunAsync(static state => state.Queue("plain").Peek(0, 10, null));
        Assert.Equal([1, 2], left.Select(static message => message.Message.Sequence));
    }

    private static long[] Send(BrokerState state) => state.Send("plain", [MessageReader.Read(state.Router, "plain", Message)]);
}

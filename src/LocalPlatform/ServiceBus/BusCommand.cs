using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.ServiceBus;

/// <summary>
/// Runs a local Service Bus broker as a process of its own: <c>bus --port 5672 --data DIR --topology FILE</c>. It
/// writes <c>listening PORT</c> to standard output when it is ready and ends with SIGTERM, with Ctrl+C, or with its
/// standard input, so that it does not outlive a starter that was killed.
/// </summary>
internal sealed class BusCommand : Command
{
    private readonly Option<int> _port = new("--port")
    {
        Description = "The port on 127.0.0.1; 0 takes a free one.",
        DefaultValueFactory = _ => 5672,
    };
    private readonly Option<string> _data = new("--data")
    {
        Description = "The directory for messages and control files.",
        Required = true,
    };
    private readonly Option<string> _topology = new("--topology")
    {
        Description = "The topology file, for example infra/topology.json.",
        Required = true,
    };

    /// <summary>
    /// Gets the environment variables that whoever starts the process should set. Socket callbacks run where they
    /// arise, which halves the processor time: they only parse and hand over. A small youngest generation keeps the
    /// memory of a process small that mostly moves bytes.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1",
        ["DOTNET_GCgen0size"] = "0x1000000",
    };

    public BusCommand()
        : base("bus", "Runs the local Service Bus broker alone. Not for production.")
    {
        Options.Add(_port);
        Options.Add(_data);
        Options.Add(_topology);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        // Standard output is for the starter, so what there is to report goes to standard error.
        using var logging = LoggerFactory.Create(
            static logging => logging.AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        var options = new LocalBusOptions
        {
            Port = arguments.GetValue(_port),
            DataDirectory = arguments.GetValue(_data)!,
            TopologyFile = arguments.GetValue(_topology)!,
            Logger = logging.CreateLogger<LocalBus>(),
        };

        try
        {
            await using var bus = await LocalBus.StartAsync(options, cancellationToken);
            Console.WriteLine($"listening {bus.Port}");
            await StopAsync(cancellationToken);
            return 0;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    /// <summary>Waits for a signal or for the end of standard input.</summary>
    private static async Task StopAsync(CancellationToken cancellationToken)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var cancelled = cancellationToken.Register(() => stop.TrySetResult());
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            stop.TrySetResult();
        });
        _ = Task.Run(async () =>
        {
            await Console.OpenStandardInput().CopyToAsync(Stream.Null, CancellationToken.None);
            stop.TrySetResult();
        }, CancellationToken.None);
        await stop.Task;
    }
}

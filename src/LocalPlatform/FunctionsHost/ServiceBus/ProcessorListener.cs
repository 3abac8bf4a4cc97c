using Azure.Messaging.ServiceBus;

namespace IntegrationHub.LocalPlatform.FunctionsHost.ServiceBus;

/// <summary>Gives a function its messages one by one, several at once, and renews their locks meanwhile.</summary>
internal sealed class ProcessorListener : ITriggerListener
{
    private readonly ServiceBusProcessor _processor;
    private readonly MessageRunner _runner;
    private readonly Func<ServiceBusReceivedMessage, Worker.FunctionInput> _input;
    private readonly OutageLog _outages;
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Creates a listener that has not started.</summary>
    public ProcessorListener(
        ServiceBusProcessor processor, MessageRunner runner, Func<ServiceBusReceivedMessage, Worker.FunctionInput> input, OutageLog outages)
    {
        (_processor, _runner, _input, _outages) = (processor, runner, input, outages);
        processor.ProcessMessageAsync += ReceiveAsync;
        processor.ProcessErrorAsync += FailAsync;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => _processor.StartProcessingAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task StopAsync()
    {
        // Cancels the functions first; the processor then waits for them.
        await _stopping.CancelAsync();
        await _processor.StopProcessingAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _processor.DisposeAsync();
        _stopping.Dispose();
    }

    private Task ReceiveAsync(ProcessMessageEventArgs args)
    {
        _outages.Ended();
        return _runner.RunAsync([new(args.Message, new ProcessorSettler(args))], _input(args.Message), _stopping.Token);
    }

    private Task FailAsync(ProcessErrorEventArgs args)
    {
        _outages.Failed(args.ErrorSource, args.Exception);
        return Task.CompletedTask;
    }
}

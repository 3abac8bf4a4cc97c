using System.Diagnostics;
using IntegrationHub.LocalPlatform.FunctionsHost.Functions;
using IntegrationHub.LocalPlatform.FunctionsHost.Protocol;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>Runs functions on the worker, logs those that fail, and ends those that run too long.</summary>
/// <param name="workers">Has the worker.</param>
/// <param name="timeout">How long a function may run; null for no limit.</param>
/// <param name="clock">Measures it.</param>
/// <param name="loggers">Makes the loggers of the functions.</param>
internal sealed partial class Invoker(
    WorkerSupervisor workers, TimeSpan? timeout, TimeProvider clock, ILoggerFactory loggers) : IFunctionRunner
{
    /// <summary>
    /// The time that a function may take to end after a timeout has cancelled it. Then the worker is killed.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestCheckPeriod = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<bool> RunAsync(FunctionDefinition function, FunctionInput input, CancellationToken cancellationToken)
    {
        try
        {
            var worker = await workers.GetAsync(cancellationToken);
            return await RunAsync(worker, function, Guid.NewGuid().ToString(), input, cancellationToken);
        }
        catch (Exception e) when (e is WorkerGoneException or WorkerEndedException or OperationCanceledException)
        {
            Log.WorkerGone(LoggerOf(function), function.Name);
            return false;
        }
    }

    /// <summary>Runs a function on a worker under an id that the caller chose.</summary>
    /// <exception cref="WorkerGoneException">The worker ended first.</exception>
    public async Task<bool> RunAsync(
        ActiveWorker worker, FunctionDefinition function, string invocationId, FunctionInput input, CancellationToken cancellationToken)
    {
        var invocation = new Invocation(invocationId, function.Name, clock.GetTimestamp());
        var running = worker.InvokeAsync(invocation, Describe(function, invocationId, input));
        await using var cancelling = cancellationToken.Register(() => worker.Cancel(invocationId));
        var result = await running;
        if (invocation.TimedOut)
        {
            return false;
        }

        if (result.Status == StatusResult.Types.Status.Success)
        {
            return true;
        }

        LogFailure(function, invocation, result, cancellationToken.IsCancellationRequested);
        return false;
    }

    /// <summary>
    /// Ends functions that run too long, until it is cancelled. Returns at once when there is no limit.
    /// </summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        if (timeout is not { } limit)
        {
            return;
        }

        using var timer = new PeriodicTimer(limit < LongestCheckPeriod ? limit : LongestCheckPeriod, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (workers.Active is { } worker)
            {
                Check(worker, limit);
            }
        }
    }

    private static InvocationRequest Describe(FunctionDefinition function, string invocationId, FunctionInput input)
    {
        var request = new InvocationRequest
        {
            InvocationId = invocationId,
            FunctionId = function.Id,
            TraceContext = new() { TraceParent = Activity.Current?.Id ?? "", TraceState = Activity.Current?.TraceStateString ?? "" },
            InputData = { new ParameterBinding { Name = function.Trigger.Parameter, Data = input.Data } },
        };
        foreach (var (name, value) in input.TriggerMetadata)
        {
            request.TriggerMetadata.Add(name, value);
        }

        return request;
    }

    private void Check(ActiveWorker worker, TimeSpan limit)
    {
        foreach (var invocation in worker.Running)
        {
            var age = clock.GetElapsedTime(invocation.StartedAt);
            if (age >= limit + Grace)
            {
                Log.Killed(LoggerOf(invocation.Function), invocation.Function, invocation.Id);
                worker.Kill();
                return;
            }

            if (age >= limit && !invocation.TimedOut)
            {
                invocation.TimedOut = true;
                Log.TimedOut(LoggerOf(invocation.Function), invocation.Function, invocation.Id, limit);
                worker.Cancel(invocation.Id);
            }
        }
    }

    private void LogFailure(FunctionDefinition function, Invocation invocation, StatusResult result, bool cancelled)
    {
        var logger = LoggerOf(function);
        if (cancelled)
        {
            Log.Cancelled(logger, function.Name, invocation.Id);
        }
        else
        {
            // The worker logs the failure itself, with all details.
            Log.Failed(logger, function.Name, invocation.Id, result.Exception?.Type ?? result.Status.ToString());
        }
    }

    private ILogger LoggerOf(FunctionDefinition function) => LoggerOf(function.Name);

    private ILogger LoggerOf(string function) => loggers.CreateLogger($"Function.{function}");

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Function} failed with {Type} ({InvocationId}).")]
        public static partial void Failed(ILogger logger, string function, string invocationId, string type);

        [LoggerMessage(2, LogLevel.Error, "{Function} ran for longer than {Limit} and is cancelled ({InvocationId}).")]
        public static partial void TimedOut(ILogger logger, string function, string invocationId, TimeSpan limit);

        [LoggerMessage(3, LogLevel.Error, "{Function} did not end after it was cancelled; the worker is killed ({InvocationId}).")]
        public static partial void Killed(ILogger logger, string function, string invocationId);

        [LoggerMessage(4, LogLevel.Debug, "{Function} was cancelled ({InvocationId}).")]
        public static partial void Cancelled(ILogger logger, string function, string invocationId);

        [LoggerMessage(5, LogLevel.Warning, "{Function} did not end: the worker is gone.")]
        public static partial void WorkerGone(ILogger logger, string function);
    }
}

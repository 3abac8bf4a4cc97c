using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using IntegrationHub.LocalPlatform.FunctionsHost.Protocol;
using Content = IntegrationHub.LocalPlatform.FunctionsHost.Protocol.StreamingMessage.ContentOneofCase;
using RpcException = Grpc.Core.RpcException;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>The stream of messages between the host and one worker, from its connection to its end.</summary>
/// <param name="id">The name under which the worker reports.</param>
/// <param name="log">Takes what the worker logs.</param>
internal sealed class WorkerChannel(string id, Action<RpcLog> log)
{
    private static readonly WriteOptions Buffered = new(WriteFlags.BufferHint);

    private readonly Channel<StreamingMessage> _outbound = Channel.CreateUnbounded<StreamingMessage>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _pending = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets the name under which the worker reports.</summary>
    public string Id => id;

    /// <summary>Gets a task that completes when the worker has connected.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Gets a task that completes when the connection has ended.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Sends a message. No-op when the worker is gone.</summary>
    public void Send(StreamingMessage message) => _outbound.Writer.TryWrite(message);

    /// <summary>Sends a request and waits for its answer, which carries the same request id.</summary>
    /// <exception cref="WorkerGoneException">The worker ended first.</exception>
    public Task<StreamingMessage> AskAsync(StreamingMessage request)
    {
        var answer = new TaskCompletionSource<StreamingMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[request.RequestId] = answer;
        Send(request);
        if (_closed.Task.IsCompleted)
        {
            // Close may have run before the request was in the table.
            Fail(request.RequestId);
        }

        return answer.Task;
    }

    /// <summary>Serves the stream until one of the two sides ends it.</summary>
    public async Task ServeAsync(
        IAsyncStreamReader<StreamingMessage> reader, IServerStreamWriter<StreamingMessage> writer, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var writing = WriteAsync(writer, ended.Token);
        _connected.TrySetResult();
        try
        {
            while (await reader.MoveNext(ended.Token))
            {
                Take(reader.Current);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or RpcException)
        {
            // A worker that is killed ends its stream like this.
        }
        finally
        {
            Close();
            await ended.CancelAsync();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Fails everything that waits for the worker. Idempotent.</summary>
    public void Close()
    {
        _outbound.Writer.TryComplete();
        _closed.TrySetResult();
        foreach (var request in _pending.Keys)
        {
            Fail(request);
        }
    }

    private void Take(StreamingMessage message)
    {
        if (message.ContentCase == Content.RpcLog)
        {
            log(message.RpcLog);
        }
        else if (_pending.TryRemove(RequestOf(message), out var waiting))
        {
            waiting.TrySetResult(message);
        }
    }

    private static string RequestOf(StreamingMessage message) =>
        message.ContentCase == Content.InvocationResponse ? message.InvocationResponse.InvocationId : message.RequestId;

    private void Fail(string request)
    {
        if (_pending.TryRemove(request, out var waiting))
        {
            waiting.TrySetException(new WorkerGoneException());
        }
    }

    /// <summary>Writes the messages; those that wait together are flushed together.</summary>
    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> writer, CancellationToken cancellationToken)
    {
        var messages = _outbound.Reader;
        while (await messages.WaitToReadAsync(cancellationToken))
        {
            while (messages.TryRead(out var message))
            {
                writer.WriteOptions = messages.TryPeek(out _) ? Buffered : WriteOptions.Default;
                await writer.WriteAsync(message, cancellationToken);
            }
        }
    }
}

using Grpc.Core;
using IntegrationHub.LocalPlatform.FunctionsHost.Protocol;
using RpcException = Grpc.Core.RpcException;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>Accepts the connections of workers. The first message names the worker.</summary>
internal sealed class FunctionRpcService(WorkerConnections workers) : FunctionRpc.FunctionRpcBase
{
    /// <inheritdoc/>
    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context)
    {
        var worker = await requestStream.MoveNext(context.CancellationToken) && requestStream.Current.StartStream is { } start
            ? workers.Find(start.WorkerId)
            : null;
        if (worker is null)
        {
            throw new RpcException(
                new Status(StatusCode.InvalidArgument, "The first message must be StartStream with the id of a worker that was started."));
        }

        await worker.ServeAsync(requestStream, responseStream, context.CancellationToken);
    }
}

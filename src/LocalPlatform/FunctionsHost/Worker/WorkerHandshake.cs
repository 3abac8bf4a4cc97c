using System.Net.Sockets;
using IntegrationHub.LocalPlatform.FunctionsHost.Functions;
using IntegrationHub.LocalPlatform.FunctionsHost.Protocol;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>The exchange between host and worker until the worker can run functions.</summary>
internal sealed class WorkerHandshake(WorkerChannel channel, string applicationDirectory)
{
    /// <summary>The version that the host reports. Workers derive the host's features from it.</summary>
    private const string HostVersion = "4.1037.0";

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Waits for the worker's connection and returns the address of its HTTP server; null when it has none.
    /// </summary>
    public async Task<Uri?> InitializeAsync(CancellationToken cancellationToken)
    {
        await channel.Connected.WaitAsync(ConnectTimeout, cancellationToken);
        var answer = await AskAsync(
            new()
            {
                WorkerInitRequest = new()
                {
                    HostVersion = HostVersion,
                    WorkerDirectory = applicationDirectory,
                    FunctionAppDirectory = applicationDirectory,
                },
            },
            cancellationToken);
        Check(answer.WorkerInitResponse.Result);
        return answer.WorkerInitResponse.Capabilities.TryGetValue("HttpUri", out var address) ? new Uri(address) : null;
    }

    /// <summary>Asks which functions there are.</summary>
    public async Task<IReadOnlyList<RpcFunctionMetadata>> DescribeAsync(CancellationToken cancellationToken)
    {
        var answer =
            await AskAsync(new() { FunctionsMetadataRequest = new() { FunctionAppDirectory = applicationDirectory } }, cancellationToken);
        Check(answer.FunctionMetadataResponse.Result);
        return answer.FunctionMetadataResponse.UseDefaultMetadataIndexing
            ? throw new InvalidConfigurationException(
                ["The worker does not describe its functions. Build the app with FunctionsEnableWorkerIndexing."])
            : answer.FunctionMetadataResponse.FunctionMetadataResults;
    }

    /// <summary>Has the worker load functions.</summary>
    public Task LoadAsync(IEnumerable<FunctionDefinition> functions, CancellationToken cancellationToken) =>
        Task.WhenAll(functions.Select(function => LoadAsync(function.Metadata, cancellationToken)));

    /// <summary>Waits until the worker accepts HTTP requests, which it announces before it does.</summary>
    public static async Task ListensAsync(Uri address, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerTimeout);
        while (!await AnswersAsync(address, limit.Token))
        {
            await Task.Delay(ConnectPause, limit.Token);
        }
    }

    private static async Task<bool> AnswersAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address.Host, address.Port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task LoadAsync(RpcFunctionMetadata metadata, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(
            new() { FunctionLoadRequest = new() { FunctionId = metadata.FunctionId, Metadata = metadata } }, cancellationToken);
        Check(answer.FunctionLoadResponse.Result);
    }

    private Task<StreamingMessage> AskAsync(StreamingMessage request, CancellationToken cancellationToken)
    {
        request.RequestId = Guid.NewGuid().ToString();
        return channel.AskAsync(request).WaitAsync(AnswerTimeout, cancellationToken);
    }

    private static void Check(StatusResult result)
    {
        if (result.Status != StatusResult.Types.Status.Success)
        {
            throw new InvalidConfigurationException([$"The worker cannot load its functions. {result.Exception?.Message}"]);
        }
    }
}

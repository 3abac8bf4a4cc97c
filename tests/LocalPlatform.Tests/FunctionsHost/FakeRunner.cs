using System.Collections.Concurrent;
using IntegrationHub.LocalPlatform.FunctionsHost.Functions;
using IntegrationHub.LocalPlatform.FunctionsHost.Worker;

namespace IntegrationHub.LocalPlatform.Tests.FunctionsHost;

/// <summary>Stands for the worker: takes note of what a function was given, and does what the test says.</summary>
internal sealed class FakeRunner : IFunctionRunner
{
    public ConcurrentQueue<FunctionInput> Given { get; } = [];

    public Func<CancellationToken, Task<bool>> Does { get; set; } = _ => Task.FromResult(true);

    public async Task<bool> RunAsync(FunctionDefinition function, FunctionInput input, CancellationToken cancellationToken)
    {
        Given.Enqueue(input);
        return await Does(cancellationToken);
    }
}

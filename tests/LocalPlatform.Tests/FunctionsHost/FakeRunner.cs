using System.Collections.Concurrent;
using IntegrationHub.LocalPlatform.FunctionsHost.Functions;
using IntegrationHub.LocalPlatform.FunctionsHost.Worker;

namespace IntegrationHub.LocalPlatform.Tests.FunctionsHost;

/// <summary>A fake worker. Records each invocation and returns what the test sets.</summary>
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

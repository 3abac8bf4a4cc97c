using System.Collections.Immutable;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Runs functions inside the app's middleware.</summary>
internal sealed partial class FunctionRunner(IServiceScopeFactory scopes, MiddlewareList middleware, ILogger<FunctionRunner> logger)
{
    private readonly FunctionExecutionDelegate _pipeline = middleware.Build(static async context =>
    {
        var invocation = (Invocation)context;
        invocation.Result = await invocation.Function.CallAsync(invocation);
    });

    /// <summary>Runs one invocation; what the function threw comes out of it.</summary>
    public Task RunAsync(Invocation invocation) => _pipeline(invocation);

    /// <summary>Runs a function in a scope of its own and logs a failure.</summary>
    /// <returns>Whether it succeeded.</returns>
    public Task<bool> RunAndLogAsync(Function function, object input, CancellationToken givenUp) =>
        RunAndLogAsync(function, input, ImmutableDictionary<string, object?>.Empty, givenUp);

    /// <inheritdoc cref="RunAndLogAsync(Function, object, CancellationToken)"/>
    public async Task<bool> RunAndLogAsync(Function function, object input, IReadOnlyDictionary<string, object?> bindingData, CancellationToken givenUp)
    {
        await using var scope = scopes.CreateAsyncScope();
        var invocation = new Invocation(function, input, scope.ServiceProvider, bindingData, givenUp);
        try
        {
            await RunAsync(invocation);
            return true;
        }
        catch (OperationCanceledException) when (givenUp.IsCancellationRequested)
        {
            Log.GivenUp(logger, function.Name, invocation.InvocationId);
            return false;
        }
        catch (Exception e)
        {
            LogFailure(invocation, e);
            return false;
        }
    }

    /// <summary>Logs that an invocation failed; once, whoever ran it.</summary>
    public void LogFailure(Invocation invocation, Exception failure) => Log.Failed(logger, invocation.Function.Name, invocation.InvocationId, failure);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Function {Function} failed (invocation {InvocationId}).")]
        public static partial void Failed(ILogger logger, string function, string invocationId, Exception failure);

        [LoggerMessage(2, LogLevel.Warning, "Function {Function} was cut short as the host had to stop (invocation {InvocationId}).")]
        public static partial void GivenUp(ILogger logger, string function, string invocationId);
    }
}

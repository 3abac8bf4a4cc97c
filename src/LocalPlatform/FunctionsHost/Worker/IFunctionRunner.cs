using IntegrationHub.LocalPlatform.FunctionsHost.Functions;

namespace IntegrationHub.LocalPlatform.FunctionsHost.Worker;

/// <summary>Runs functions, on whichever worker there is.</summary>
internal interface IFunctionRunner
{
    /// <summary>Runs a function on the present worker, or on the next one when there is none now.</summary>
    /// <param name="function">The function.</param>
    /// <param name="input">The input.</param>
    /// <param name="cancellationToken">Cancels the function's token. The function still runs to its end, which is
    /// awaited.</param>
    /// <returns>Whether it succeeded. A failure is logged.</returns>
    Task<bool> RunAsync(FunctionDefinition function, FunctionInput input, CancellationToken cancellationToken);
}

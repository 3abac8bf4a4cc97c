using Microsoft.Azure.Functions.Worker.Middleware;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The steps around every invocation, in the order they were added.</summary>
internal sealed class MiddlewareList
{
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _steps = [];

    /// <summary>Adds a step inside the ones before it.</summary>
    public void Add(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> step) => _steps.Add(step);

    /// <summary>Puts all steps around <paramref name="innermost"/>.</summary>
    public FunctionExecutionDelegate Build(FunctionExecutionDelegate innermost) =>
        _steps.AsEnumerable().Reverse().Aggregate(innermost, (next, step) => step(next));
}

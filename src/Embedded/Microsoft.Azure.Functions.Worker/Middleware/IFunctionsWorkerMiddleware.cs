namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>A step around every invocation, whatever triggered it. One instance serves the whole app.</summary>
public interface IFunctionsWorkerMiddleware
{
    /// <summary>Runs the step; the function runs only if <paramref name="next"/> is called.</summary>
    Task Invoke(FunctionContext context, FunctionExecutionDelegate next);
}

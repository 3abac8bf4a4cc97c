namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>The rest of an invocation, seen from one step of it.</summary>
public delegate Task FunctionExecutionDelegate(FunctionContext context);

using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>HTTP seen from an invocation.</summary>
public static class FunctionContextExtensions
{
    /// <summary>The key under which an HTTP invocation carries its request.</summary>
    internal const string HttpContextKey = "HttpRequestContext";

    /// <summary>Gets the HTTP request and response; null for a function that something else triggered.</summary>
    public static HttpContext? GetHttpContext(this FunctionContext context) =>
        context.Items.TryGetValue(HttpContextKey, out var http) ? http as HttpContext : null;
}

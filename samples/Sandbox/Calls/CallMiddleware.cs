using IntegrationHub.Sandbox.Faults;

namespace IntegrationHub.Sandbox.Calls;

/// <summary>Logs each vendor's call with its outcome.</summary>
internal sealed class CallMiddleware(RequestDelegate next, CallLog log, TimeProvider time)
{
    /// <summary>
    /// The placeholders that stay in a path's template; what the others stand for is part of the call's kind.
    /// </summary>
    private static readonly HashSet<string> Ids = ["id", "toId", "locator", "value"];

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var target = request.Path + request.QueryString.Value;
        try
        {
            await next(context);
        }
        finally
        {
            if (VendorPath.VendorOf(request.Path, out var path) is { } vendor)
            {
                var fault = context.Items[nameof(Fault)] as Fault;
                var answered = fault?.Kind is not (FaultKind.Hold or FaultKind.Reset or FaultKind.LoseAnswer);
                log.Add(new(
                    time.GetUtcNow(),
                    vendor,
                    request.Method,
                    TemplateOf(context, vendor) ?? path,
                    target,
                    answered ? context.Response.StatusCode : 0,
                    fault?.Kind.ToString()));
            }
        }
    }

    private static string? TemplateOf(HttpContext context, string vendor)
    {
        if (context.GetEndpoint() is not RouteEndpoint { RoutePattern.RawText: { } template } || template.Contains("**", StringComparison.Ordinal))
        {
            return null;
        }

        foreach (var (name, value) in context.Request.RouteValues)
        {
            if (!Ids.Contains(name))
            {
                template = template.Replace($"{{{name}}}", value as string, StringComparison.Ordinal);
            }
        }

        return template[(vendor.Length + 1)..];
    }
}

using System.Collections.Concurrent;
using System.Reflection;
using IntegrationHub.Functions.Platform.Http;
using IntegrationHub.Functions.Platform.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Functions.Platform.Access;

/// <summary>Decides for every HTTP function who may call it, by the attribute on it, and audits the call. It fails
/// closed: a function without an attribute is refused, and so is a call that cannot be audited.</summary>
internal sealed partial class AccessMiddleware(Callers callers, AuditTrail audit, HubMetrics metrics, ILogger<AccessMiddleware> logger)
    : IFunctionsWorkerMiddleware
{
    /// <summary>The header that shows that a page of the hub asked, and not a foreign one with the caller's cookie.
    /// A form cannot send it.</summary>
    public const string RequestHeader = "X-Hub-Request";

    private readonly ConcurrentDictionary<string, Rule> _rules = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        var rule = _rules.GetOrAdd(context.FunctionDefinition.EntryPoint, RuleOf);
        if (rule.IsOpen)
        {
            await next(context);
            return;
        }

        var http = context.GetHttpContext() ?? throw new InvalidOperationException("An HTTP function needs the request itself.");
        var request = http.Request;
        var name = context.FunctionDefinition.Name;
        var caller = callers.Identify(request) ?? Caller.Nobody;
        if (Refuse(rule.Needs, caller, request) is { } refusal)
        {
            metrics.Refused(name, refusal.StatusCode ?? 0);
            context.GetInvocationResult().Value = refusal;
        }
        else if (rule.Needs!.IsAudited)
        {
            await AuditAsync(context, next, new(caller, rule.Needs.Permission, name, request));
        }
        else
        {
            await next(context);
        }
    }

    /// <summary>Returns the refusal of a call; null when it may pass.</summary>
    private static ObjectResult? Refuse(NeedsAttribute? needs, Caller caller, HttpRequest request)
    {
        if (needs is null)
        {
            return Answers.Problem(StatusCodes.Status403Forbidden, "No role may call this.");
        }

        if (caller == Caller.Nobody)
        {
            return Answers.Problem(
                StatusCodes.Status401Unauthorized, "Say who you are.", "Send a key in the header x-functions-key, or sign in.");
        }

        if (!caller.May(needs.Permission))
        {
            return Answers.Problem(StatusCodes.Status403Forbidden, "You may not do this.", $"It needs the permission {needs.Permission}.");
        }

        return caller.IsSignedIn && !AuditTrail.IsRead(request) && string.IsNullOrEmpty(request.Headers[RequestHeader])
            ? Answers.Problem(
                StatusCodes.Status403Forbidden, "This request may come from another site's page.", $"Send the header {RequestHeader}: 1.")
            : null;
    }

    private async Task AuditAsync(FunctionContext context, FunctionExecutionDelegate next, AuditedCall call)
    {
        if (!await TryAsync(() => audit.BeginAsync(call), call))
        {
            context.GetInvocationResult().Value = Unaudited();
            return;
        }

        try
        {
            await next(context);
        }
        catch
        {
            await TryAsync(() => audit.EndAsync(call, null), call);
            throw;
        }

        var written = await TryAsync(() => audit.EndAsync(call, context.GetInvocationResult().Value), call);
        if (!written && AuditTrail.IsRead(call.Request))
        {
            context.GetInvocationResult().Value = Unaudited();
        }
    }

    private async Task<bool> TryAsync(Func<Task> write, AuditedCall call)
    {
        try
        {
            await write();
            return true;
        }
        catch (Exception failure)
        {
            Log.NotAudited(logger, call.Action, call.Caller.Name, failure.GetType().Name);
            return false;
        }
    }

    private static ObjectResult Unaudited() =>
        Answers.Problem(StatusCodes.Status503ServiceUnavailable, "The call cannot be audited just now.", "Try again later.");

    /// <summary>Finds a function's attribute by its entry point: the class and the method. Functions that no request
    /// calls are open.</summary>
    private static Rule RuleOf(string entryPoint)
    {
        var split = entryPoint.LastIndexOf('.');
        var method = typeof(AccessMiddleware).Assembly.GetType(entryPoint[..split])?.GetMethod(entryPoint[(split + 1)..]);
        var isCalledByOthers = method?.GetParameters().Any(each => each.GetCustomAttribute<HttpTriggerAttribute>() is not null) == false;
        var isOpen = isCalledByOthers || method?.GetCustomAttribute<NeedsNothingAttribute>() is not null;
        return new(isOpen, method?.GetCustomAttribute<NeedsAttribute>());
    }

    /// <summary>What a function needs.</summary>
    private sealed record Rule(bool IsOpen, NeedsAttribute? Needs);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Action} by {Actor} could not be audited ({Failure}).")]
        public static partial void NotAudited(ILogger logger, string action, string actor, string failure);
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Puts the HTTP functions on their routes.</summary>
internal sealed class HttpFunctions(FunctionRunner runner, FunctionKey key, HostSettings host)
{
    private static readonly ActionDescriptor Descriptor = new();

    /// <summary>Gets the path of a function, below the address of the host.</summary>
    public string PathOf(Function function)
    {
        var route = ((HttpTriggerAttribute)function.Trigger).Route ?? function.Name;
        return string.Join('/', new[] { host.RoutePrefix, route }.Select(part => part.Trim('/')).Where(part => part.Length > 0));
    }

    /// <summary>Maps the HTTP functions among <paramref name="functions"/>; every other path is not found.</summary>
    public void Map(IEndpointRouteBuilder routes, IEnumerable<Function> functions)
    {
        foreach (var function in functions)
        {
            if (function.Trigger is HttpTriggerAttribute trigger)
            {
                var needsKey = !trigger.IsLevelSaid || trigger.AuthLevel != AuthorizationLevel.Anonymous;
                routes.Map(PathOf(function), http => ServeAsync(function, needsKey, http))
                    .WithDisplayName(function.Name)
                    .WithMetadata(new FunctionMethods(trigger.Methods ?? []));
            }
        }

        routes.MapFallback("{*path}", http => ProblemAsync(http, StatusCodes.Status404NotFound));
    }

    private static Task ProblemAsync(HttpContext http, int status) => Results.Problem(statusCode: status).ExecuteAsync(http);

    private async Task ServeAsync(Function function, bool needsKey, HttpContext http)
    {
        if (needsKey && !key.IsShownBy(http.Request))
        {
            await ProblemAsync(http, StatusCodes.Status401Unauthorized);
            return;
        }

        var invocation = new Invocation(function, http, http.RequestServices, http.Request.RouteValues, http.RequestAborted);
        invocation.Items[FunctionContextExtensions.HttpContextKey] = http;
        try
        {
            await runner.RunAsync(invocation);
            await WriteAsync(invocation.Result, http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone: there is nobody to answer, and nothing went wrong here.
            http.Abort();
        }
        catch (Exception e)
        {
            runner.LogFailure(invocation, e);
            await FailAsync(http);
        }
    }

    /// <summary>Answers with what the function returned; as on the real host, anything but a result of ASP.NET Core is not written.</summary>
    private static Task WriteAsync(object? result, HttpContext http) => result switch
    {
        IActionResult action => action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), Descriptor)),
        IResult plain => plain.ExecuteAsync(http),
        _ => Task.CompletedTask,
    };

    private static async Task FailAsync(HttpContext http)
    {
        if (http.Response.HasStarted)
        {
            // Half an answer is out: cutting the connection is the only way to say that it is not whole.
            http.Abort();
            return;
        }

        http.Response.Clear();
        await ProblemAsync(http, StatusCodes.Status500InternalServerError);
    }
}

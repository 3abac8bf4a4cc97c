using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Embedded.Tests.Functions;

/// <summary>HTTP functions that show what they were given.</summary>
public static class HttpProbes
{
    [Function("ReadLead")]
    public static IActionResult Read(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "leads/{id}/{page:int?}")] HttpRequest request, string id, int page, FunctionContext context) =>
        new OkObjectResult(new { Method = request.Method, Id = id, Page = page, Function = context.FunctionDefinition.Name, Bound = context.BindingContext.BindingData["id"] });

    [Function("EraseLead")]
    public static Task<IActionResult> EraseAsync([HttpTrigger(AuthorizationLevel.Anonymous, "delete", "post", Route = "leads/{id}")] HttpRequest request, string id) =>
        Task.FromResult<IActionResult>(new ObjectResult(new { Erased = id, By = request.Method }) { StatusCode = StatusCodes.Status202Accepted });

    [Function("Plain")]
    public static IResult Plain([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Results.Text(request.Method);

    [Function("Typed")]
    public static async ValueTask<IResult> TypedAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "typed/{key:guid}/{day}/{on}")] HttpRequest request,
        Guid key,
        DateTimeOffset day,
        bool on,
        CancellationToken cancellationToken)
    {
        await request.Body.FlushAsync(cancellationToken);
        return Results.Text(string.Create(CultureInfo.InvariantCulture, $"{key:N} {day:yyyy-MM-dd} {on}"));
    }

    [Function("Written")]
    public static async Task WriteAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, HttpContext http) =>
        await http.Response.WriteAsync($"written {request == http.Request}");

    [Function("Locked")]
    public static IActionResult Locked([HttpTrigger(AuthorizationLevel.Function, "get")] HttpRequest request) => new OkObjectResult(request.Path.Value);

    [Function("LockedByDefault")]
    public static IActionResult LockedByDefault([HttpTrigger("get")] HttpRequest request) => new OkObjectResult(request.Path.Value);

    [Function("Broken")]
    public static IActionResult Broken([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
        throw new InvalidOperationException($"a detail nobody outside should read: {request.Path}");

    [Function("Sized")]
    public static async Task<IActionResult> SizedAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request, CancellationToken cancellationToken)
    {
        var counted = 0L;
        var buffer = new byte[81920];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            counted += read;
        }

        return new OkObjectResult(counted);
    }
}

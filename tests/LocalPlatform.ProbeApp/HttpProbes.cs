using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.LocalPlatform.ProbeApp;

/// <summary>HTTP functions that show what they were given.</summary>
public sealed class HttpProbes(IConfiguration settings)
{
    [Function("ReadLead")]
    public static IActionResult Read(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "leads/{id}/{page:int?}")] HttpRequest request, string id, int? page, FunctionContext context) =>
        new OkObjectResult(new { request.Method, Id = id, Page = page, Function = context.FunctionDefinition.Name });

    [Function("EraseLead")]
    public static Task<IActionResult> EraseAsync([HttpTrigger(AuthorizationLevel.Anonymous, "delete", "post", Route = "leads/{id}")] HttpRequest request, string id) =>
        Task.FromResult<IActionResult>(new ObjectResult(new { Erased = id, By = request.Method }) { StatusCode = StatusCodes.Status202Accepted });

    [Function("Plain")]
    public static IResult Plain([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Results.Text(request.Method);

    [Function("Typed")]
    public static IResult Typed(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "typed/{key:guid}/{day}/{on}")] HttpRequest request, Guid key, DateTimeOffset day, bool on) =>
        Results.Text(string.Create(CultureInfo.InvariantCulture, $"{key:N} {day:yyyy-MM-dd} {on}"));

    [Function("Written")]
    public static async Task WriteAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
        request.HttpContext.Response.Headers["x-given"] = request.Headers["x-given"];
        await request.HttpContext.Response.WriteAsync($"written {request.Host} {request.QueryString}");
    }

    [Function("Locked")]
    public static IResult Locked([HttpTrigger(AuthorizationLevel.Function, "get")] HttpRequest request) => Results.Text(request.Path);

    [Function("LockedByDefault")]
    public static IResult LockedByDefault([HttpTrigger("get")] HttpRequest request) => Results.Text(request.Path);

    [Function("Master")]
    public static IResult Master([HttpTrigger(AuthorizationLevel.Admin, "get")] HttpRequest request) => Results.Text(request.Path);

    [Function("Broken")]
    public static IActionResult Broken([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
        throw new InvalidOperationException($"a detail nobody outside should read: {request.Path}");

    [Function("Sized")]
    public static async Task<IResult> SizedAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request, CancellationToken cancellationToken)
    {
        var counted = 0L;
        var buffer = new byte[81920];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            counted += read;
        }

        return Results.Text($"{counted}");
    }

    [Function("Setting")]
    public IResult Setting([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "settings/{name}")] HttpRequest request, string name) =>
        Results.Text(settings[name] ?? "(none)");
}

using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.LocalPlatform.ProbeApp;

/// <summary>HTTP functions that show what they were given.</summary>
public sealed class HttpProbes(IConfiguration settings, TimeProvider clock)
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

    /// <summary>Shows the time of day as the worker has it, in milliseconds since 1970.</summary>
    [Function("Clock")]
    public IResult ReadClock([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Text($"{clock.GetUtcNow().ToUnixTimeMilliseconds()}");

    /// <summary>Answers without having read the request.</summary>
    [Function("Early")]
    public static IResult Early([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request) =>
        Results.Text("too much", statusCode: StatusCodes.Status413PayloadTooLarge);

    /// <summary>Fails when half of its answer is out.</summary>
    [Function("Half")]
    public static async Task HalfAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
        await request.HttpContext.Response.WriteAsync("the first half");
        await request.HttpContext.Response.Body.FlushAsync();
        throw new InvalidOperationException("no second half");
    }

    /// <summary>Works for a while.</summary>
    [Function("Wait")]
    public static async Task<IResult> WaitAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "wait/{milliseconds:int}")] HttpRequest request, int milliseconds, CancellationToken cancellationToken)
    {
        Waits.Began();
        try
        {
            await Task.Delay(milliseconds, cancellationToken);
            return Results.Text("waited");
        }
        catch (OperationCanceledException)
        {
            Waits.WasCancelled();
            throw;
        }
    }

    /// <summary>Works on and does not look at its token.</summary>
    [Function("Stubborn")]
    public static async Task<IResult> StubbornAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "stubborn/{milliseconds:int}")] HttpRequest request, int milliseconds)
    {
        await Task.Delay(milliseconds, CancellationToken.None);
        return Results.Text("waited");
    }

    [Function("Waits")]
    public static IResult ReadWaits([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "waits")] HttpRequest request) => Results.Text(Waits.Counts);

    [Function("Process")]
    public static IResult ReadProcess([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Text($"{Environment.ProcessId}");

    /// <summary>Ends the worker while it works on the request.</summary>
    [Function("Exit")]
    public static IResult Exit([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "exit/{code:int}")] HttpRequest request, int code)
    {
        Environment.Exit(code);
        return Results.Ok();
    }
}

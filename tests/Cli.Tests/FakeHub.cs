using System.Collections.Concurrent;
using IntegrationHub.Functions.Leads;
using IntegrationHub.Functions.Ops.DeadLetters;
using IntegrationHub.Functions.Ops.Health;
using IntegrationHub.Functions.Ops.Parked;
using IntegrationHub.Functions.Parity;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Functions.Replays;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Cli.Tests;

/// <summary>Plays a hub over HTTP: key, health, a lead, parked deliveries, dead letters and replay, with the real hub's types, reading and JSON.</summary>
internal sealed class FakeHub : IAsyncDisposable
{
    public const string Key = "played-key";

    private readonly WebApplication _server;
    private readonly List<ReplayOrder> _orders = [];

    private FakeHub(WebApplication server) => _server = server;

    public string Url => _server.Urls.Single();

    /// <summary>Gets or sets what the hub gave up.</summary>
    public IReadOnlyList<DeadLetter> DeadLetters { get; set; } = [];

    /// <summary>Gets or sets a value indicating whether there are more than are listed.</summary>
    public bool Capped { get; set; }

    /// <summary>Gets or sets the only lead; null for none.</summary>
    public LeadView? Lead { get; set; }

    /// <summary>Gets or sets its explanation.</summary>
    public WhyView? Why { get; set; }

    /// <summary>Gets or sets the answer about health, and its status code.</summary>
    public object Health { get; set; } = new HealthWord(HealthReport.Healthy);

    public int HealthCode { get; set; } = StatusCodes.Status200OK;

    /// <summary>Gets or sets what is parked.</summary>
    public IReadOnlyList<ParkedDelivery> ParkedDeliveries { get; set; } = [];

    /// <summary>Gets or sets how the tools compare.</summary>
    public IReadOnlyList<ParityReport> Pairs { get; set; } = [];

    /// <summary>Gets or sets whom each tool lacks.</summary>
    public IReadOnlyList<MissingPerson> Missing { get; set; } = [];

    /// <summary>Gets what comparisons that are asked for come to, in order.</summary>
    public Queue<ParityProgress> Comparisons { get; } = [];

    /// <summary>Gets the last order of a replay of parked deliveries.</summary>
    public string? ParkedOrder { get; private set; }

    /// <summary>Gets the paths that were read, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>Gets the paths that were deleted, in order.</summary>
    public ConcurrentQueue<string> Deleted { get; } = [];

    /// <summary>Gets the replays that were asked for.</summary>
    public IReadOnlyList<ReplayOrder> Orders => _orders;

    /// <summary>Gets the purges that were asked for.</summary>
    public List<PurgeOrder> Purges { get; } = [];

    /// <summary>Gets or sets the replay of dead letters that goes on in the background; null for none.</summary>
    public DeadLetterJob? Job { get; set; }

    /// <summary>Gets the replay of the archive; null for none.</summary>
    public Replay? Replay { get; private set; }

    public static async Task<FakeHub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(options => HubJson.Configure(options.SerializerOptions));
        var server = builder.Build();
        var hub = new FakeHub(server);
        server.Use(CheckKeyAsync);
        server.Use(hub.NoteAsync);
        server.MapGet("/api/health", () => Results.Json(hub.Health, statusCode: hub.HealthCode));
        server.MapGet("/api/leads", hub.ShowLead);
        server.MapGet("/api/leads/{id}", hub.ShowLead);
        server.MapGet("/api/leads/{id}/why", () => Results.Json(hub.Why));
        server.MapDelete("/api/leads/{id}", () => Results.NoContent());
        server.MapDelete("/api/erasures/{id}", () => Results.NoContent());
        server.MapGet("/api/parked", () => Results.Json(new ParkedListView(hub.ParkedDeliveries, null)));
        server.MapPost("/api/parked/replay", hub.ReplayParkedAsync);
        server.MapDelete("/api/parked/{id}", () => Results.NoContent());
        server.MapGet("/api/parity", () => Results.Json(new ParityView(hub.Pairs)));
        server.MapGet("/api/parity/{from}/{to}", () => Results.Json(new MissingView(hub.Missing)));
        server.MapPost("/api/parity", () => Results.Json(hub.Comparisons.Dequeue()));
        server.MapGet("/api/deadletters", hub.List);
        server.MapPost("/api/deadletters/replay", hub.ReplayAsync);
        server.MapPost("/api/deadletters/purge", hub.PurgeAsync);
        server.MapGet("/api/deadletters/jobs", () => Results.Json(new { jobs = hub.Job is { } job ? [job] : Array.Empty<DeadLetterJob>() }));
        server.MapDelete("/api/deadletters/jobs/{id}", (string id) => hub.StopJob(id));
        server.MapPost("/api/archive/replay", hub.StartReplayAsync);
        server.MapGet("/api/archive/replay/{id}", (string id) => hub.Step(id));
        server.MapPost("/api/archive/replay/{id}/switch", (string id) => hub.Change(id, ReplayState.Switching));
        server.MapDelete("/api/archive/replay/{id}", (string id) => hub.Change(id, ReplayState.Ended));
        server.MapGet("/api/archive/replay/{id}/leads", (string verdict, string after) => Results.Json(new
        {
            leads = new[] { new { leadId = $"{verdict}-{after}", verdict = LeadVerdict.Different } },
            next = "next",
        }));
        server.MapGet("/words/api/deadletters", () => "these are words");
        server.MapGet("/other/api/deadletters", () => Results.Json(new { some = "thing" }));
        await server.StartAsync(TestContext.Current.CancellationToken);
        return hub;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static Task CheckKeyAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers["x-functions-key"] == Key)
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    private Task NoteAsync(HttpContext context, RequestDelegate next)
    {
        var path = $"{context.Request.Path}{context.Request.QueryString}";
        (HttpMethods.IsGet(context.Request.Method) ? Asked : HttpMethods.IsDelete(context.Request.Method) ? Deleted : []).Enqueue(path);
        return next(context);
    }

    private IResult ShowLead() => Lead is null ? Results.Problem(title: "No such lead.", statusCode: StatusCodes.Status404NotFound) : Results.Json(Lead);

    private async Task<IResult> ReplayParkedAsync(HttpRequest request)
    {
        using var body = new StreamReader(request.Body);
        ParkedOrder = await body.ReadToEndAsync(request.HttpContext.RequestAborted);
        return Results.Json(new { matched = 2, replayed = 0, dryRun = true, capped = false });
    }

    private static IResult Problem(string fault) => Results.Problem(fault, statusCode: StatusCodes.Status400BadRequest);

    private IResult List(string entity) => ReplayOrder.TryFindEntity(entity, out var known, out var fault)
        ? Results.Json(new DeadLetterList(known.Name, DeadLetters.Count, Capped, DeadLetters))
        : Problem(fault);

    private async Task<IResult> StartReplayAsync(HttpRequest request)
    {
        using var body = new StreamReader(request.Body);
        if (!ArchiveOrder.TryRead(await body.ReadToEndAsync(request.HttpContext.RequestAborted), out var order, out var fault))
        {
            return Problem(fault);
        }

        if (Replay is not null)
        {
            return Results.Problem("It is first.", title: "Another replay is not over.", statusCode: StatusCodes.Status409Conflict);
        }

        Replay = new Replay("first", order.Range, order.DryRun, ReplayState.Rebuilding, order.Range.To);
        return Results.Json(Replay, statusCode: StatusCodes.Status202Accepted);
    }

    /// <summary>Shows the replay, which is a step further each time.</summary>
    private IResult Step(string id)
    {
        if (Replay?.Id != id)
        {
            return Results.Problem(title: "No such replay.", statusCode: StatusCodes.Status404NotFound);
        }

        Replay = Replay.State == ReplayState.Rebuilding
            ? Replay with { State = ReplayState.Comparing, Deliveries = 12, Failed = 1 }
            : Replay with { State = ReplayState.Compared, Leads = new(5, 2, 1, 0) };
        return Results.Json(Replay);
    }

    private IResult Change(string id, ReplayState state)
    {
        if (Replay?.Id != id)
        {
            return Results.Problem(title: "No such replay.", statusCode: StatusCodes.Status404NotFound);
        }

        Replay = Replay with { State = state };
        return Results.Json(Replay);
    }

    private async Task<IResult> ReplayAsync(HttpRequest request)
    {
        using var body = new StreamReader(request.Body);
        if (!ReplayOrder.TryRead(await body.ReadToEndAsync(request.HttpContext.RequestAborted), out var order, out var fault))
        {
            return Problem(fault);
        }

        _orders.Add(order);
        return Results.Json(ReportOf(order), statusCode: Job is null ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }

    private async Task<IResult> PurgeAsync(HttpRequest request)
    {
        using var body = new StreamReader(request.Body);
        if (!PurgeOrder.TryRead(await body.ReadToEndAsync(request.HttpContext.RequestAborted), out var purge, out var fault))
        {
            return Problem(fault);
        }

        Purges.Add(purge);
        return Results.Json(PurgeReport.Of(ReportOf(purge.Order)));
    }

    private IResult StopJob(string id)
    {
        if (Job?.Id != id)
        {
            return Results.Problem(title: "No such job.", statusCode: StatusCodes.Status404NotFound);
        }

        Job = Job with { State = DeadLetterState.Stopped };
        return Results.Json(Job);
    }

    private ReplayReport ReportOf(ReplayOrder order)
    {
        var meant = DeadLetters.Where(letter => DeadLetterRules.Matches(letter, order.Reason, order.Connector)).ToList();
        return new(meant.Count, order.DryRun ? 0 : meant.Count, DeadLetterRules.Add([], meant), order.DryRun, Capped) { Job = Job?.Id };
    }
}

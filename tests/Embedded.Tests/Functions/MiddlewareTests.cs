using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace IntegrationHub.Embedded.Tests.Functions;

public sealed class MiddlewareTests
{
    private readonly Trail _trail = new();

    [Fact]
    public async Task Middleware_runs_around_an_http_function_in_the_order_it_was_added()
    {
        await using var app = await StartAsync();

        await GetAsync(app, "api/traced");

        Assert.Equal(["outer>Traced GET", "inner>Traced", "function", "inner<", "outer<"], _trail.Steps);
    }

    [Fact]
    public async Task Middleware_runs_around_a_timer_and_sees_no_request_there()
    {
        await using var app = await StartAsync();

        await Eventually.TrueAsync(() => _trail.Steps.Length == 5, "the timer ran");

        Assert.Equal(["outer>TracedTimer none", "inner>TracedTimer", "function", "inner<", "outer<"], _trail.Steps);
    }

    [Fact]
    public async Task Each_invocation_has_a_scope_of_its_own_that_ends_with_it()
    {
        await using var app = await StartAsync();

        await GetAsync(app, "api/traced");
        await GetAsync(app, "api/traced");

        Assert.Equal(2, _trail.Scopes.Distinct().Count());
        Assert.All(_trail.Scopes, scope => Assert.True(scope.IsEnded));
    }

    [Fact]
    public async Task Middleware_may_answer_in_the_place_of_the_function()
    {
        await using var app = await StartAsync();

        using var answer = await app.Http.GetAsync(new Uri("api/traced?refuse=1", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(418, (int)answer.StatusCode);
        Assert.DoesNotContain("function", _trail.Steps);
    }

    [Fact]
    public async Task Middleware_sees_what_a_function_throws()
    {
        await using var app = await StartAsync();

        using var answer = await app.Http.GetAsync(new Uri("api/traced?fail=1", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(500, (int)answer.StatusCode);
        Assert.Contains("inner!InvalidOperationException", _trail.Steps);
    }

    private static async Task GetAsync(FunctionApp app, string path)
    {
        using var answer = await app.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    private Task<FunctionApp> StartAsync([System.Runtime.CompilerServices.CallerMemberName] string test = "") => FunctionApp.StartAsync(
        [test.Contains("timer", StringComparison.Ordinal) ? typeof(TracedTimer) : typeof(Traced)],
        builder =>
        {
            builder.Services.AddSingleton(_trail).AddScoped<TrailScope>();
            builder.UseMiddleware<OuterMiddleware>();
            builder.UseMiddleware<InnerMiddleware>();
        });
}

/// <summary>The steps that invocations took.</summary>
public sealed class Trail
{
    private readonly Lock _lock = new();
    private readonly List<string> _steps = [];
    private readonly List<TrailScope> _scopes = [];

    public string[] Steps
    {
        get
        {
            lock (_lock)
            {
                return [.. _steps];
            }
        }
    }

    public IReadOnlyList<TrailScope> Scopes => _scopes;

    public void Add(string step)
    {
        lock (_lock)
        {
            _steps.Add(step);
        }
    }

    public void Add(TrailScope scope)
    {
        lock (_lock)
        {
            _scopes.Add(scope);
        }
    }
}

/// <summary>Something that lives as long as one invocation.</summary>
public sealed class TrailScope : IDisposable
{
    public bool IsEnded { get; private set; }

    public void Dispose() => IsEnded = true;
}

/// <summary>A function that leaves a trail.</summary>
public sealed class Traced(Trail trail, TrailScope scope)
{
    [Function("Traced")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, FunctionContext context)
    {
        Assert.Same(scope, context.InstanceServices.GetRequiredService<TrailScope>());
        trail.Add(scope);
        trail.Add("function");
        return request.Query.ContainsKey("fail") ? throw new InvalidOperationException("as asked") : Results.Ok();
    }
}

/// <summary>A timer that leaves a trail.</summary>
public sealed class TracedTimer(Trail trail)
{
    [Function("TracedTimer")]
    public void Run([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer) => trail.Add("function");
}

/// <summary>The middleware added first.</summary>
public sealed class OuterMiddleware(Trail trail) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var http = context.GetHttpContext();
        trail.Add($"outer>{context.FunctionDefinition.Name} {http?.Request.Method ?? "none"}");
        if (http?.Request.Query.ContainsKey("refuse") == true)
        {
            http.Response.StatusCode = StatusCodes.Status418ImATeapot;
            return;
        }

        await next(context);
        trail.Add("outer<");
    }
}

/// <summary>The middleware added second.</summary>
public sealed class InnerMiddleware(Trail trail) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        trail.Add($"inner>{context.FunctionDefinition.Name}");
        try
        {
            await next(context);
        }
        catch (InvalidOperationException e)
        {
            trail.Add($"inner!{e.GetType().Name}");
            throw;
        }

        trail.Add("inner<");
    }
}

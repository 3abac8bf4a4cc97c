using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Ops.Health;

internal sealed class HealthFunction(HealthFlow health, Callers callers)
{
    /// <summary>Answers 503 when the hub cannot work, else 200. Details are for ops; others get the word.</summary>
    [Function("Health")]
    [NeedsNothing("it says one word, unless the caller may read the state of the hub")]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request,
        CancellationToken cancellationToken) => callers.Identify(request) switch
        {
            null => Answers.Problem(StatusCodes.Status401Unauthorized, "This key or sign-in is not known."),
            var ops when ops.May(Permission.OpsRead) => Answer(await health.CheckAsync(cancellationToken)),
            _ => Answer(new HealthWord(await health.StatusAsync(cancellationToken))),
        };

    private static ObjectResult Answer(IHealthStatus health) => new(health)
    {
        StatusCode = health.Status == HealthReport.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK,
    };
}

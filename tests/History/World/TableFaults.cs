using System.Text;

namespace IntegrationHub.History.World;

/// <summary>Bad weather before the tables: some requests are refused, answered late, or done without an answer.</summary>
/// <param name="random">Decides whom it meets.</param>
/// <param name="share">The share of requests that are met, from 0 to 1.</param>
internal sealed class TableFaults(Random random, double share)
{
    private enum Fault
    {
        None,
        Busy,
        TimeoutAfterCommit,
        LostAnswer,
        Precondition,
        Slow,
    }

    /// <summary>The rule for <see cref="HttpProxy.Rule"/>.</summary>
    public async Task<ProxiedAnswer?> MeetAsync(ProxiedRequest request, Func<Task<ProxiedAnswer>> forward)
    {
        switch (Choose())
        {
            case Fault.Busy:
                return Refusal(503, "ServerBusy", KeyValuePair.Create("Retry-After", (IEnumerable<string>)["1"]));
            case Fault.TimeoutAfterCommit:
                await forward();
                return Refusal(408, "OperationTimedOut");
            case Fault.LostAnswer:
                await forward();
                return null;
            case Fault.Precondition when IsConditional(request):
                return Refusal(412, "UpdateConditionNotSatisfied");
            case Fault.Slow:
                var answer = await forward();
                await Task.Delay(NextDelay());
                return answer;
            default:
                return await forward();
        }
    }

    /// <summary>Whether a change asks for a version: only then may the answer be that somebody else was faster. Batches say so inside, and are left out.</summary>
    private static bool IsConditional(ProxiedRequest request) => request.Request.Headers.IfMatch.ToString() is { Length: > 0 } version && version != "*";

    private static ProxiedAnswer Refusal(int status, string code, params KeyValuePair<string, IEnumerable<string>>[] headers) => new(
        status,
        [.. headers, KeyValuePair.Create("Content-Type", (IEnumerable<string>)["application/json"]), KeyValuePair.Create("x-ms-error-code", (IEnumerable<string>)[code])],
        Encoding.UTF8.GetBytes($$$$"""{"odata.error":{"code":"{{{{code}}}}","message":{"lang":"en-US","value":"{{{{code}}}} by the fault proxy"}}}"""));

    private Fault Choose()
    {
        lock (random)
        {
            return random.NextDouble() >= share ? Fault.None : (Fault)random.Next(1, 6);
        }
    }

    private TimeSpan NextDelay()
    {
        lock (random)
        {
            return TimeSpan.FromMilliseconds(random.Next(100, 2_500));
        }
    }
}

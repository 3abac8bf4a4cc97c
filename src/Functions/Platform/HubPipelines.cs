using Azure;
using IntegrationHub.Functions.Platform.Storage;
using Polly;
using Polly.Retry;

namespace IntegrationHub.Functions.Platform;

/// <summary>
/// The two ways in which the hub itself tries again and gives up. Calls to vendors have a pipeline of their own.
/// </summary>
internal static class HubPipelines
{
    /// <summary>
    /// How often a decision is made in all before its conflict is thrown; the queue or the next run takes it up again
    /// then.
    /// </summary>
    public const int Attempts = 20;

    /// <summary>
    /// Decides again when somebody else has written the row since it was read. The pauses are short and random, so
    /// that two writers do not meet again.
    /// They run on the machine's clock: they are part of the call to the table.
    /// </summary>
    public static readonly ResiliencePipeline Optimistic = new ResiliencePipelineBuilder { Name = "optimistic" }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = Attempts - 1,
            Delay = TimeSpan.FromMilliseconds(5),
            MaxDelay = TimeSpan.FromMilliseconds(100),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = static args => ValueTask.FromResult(IsConflict(args.Outcome.Exception)),
        })
        .Build();

    /// <summary>Gives up after a while with Polly's <c>TimeoutRejectedException</c>.</summary>
    public static ResiliencePipeline Timeout(TimeSpan limit, TimeProvider clock) =>
        new ResiliencePipelineBuilder { Name = "timeout", TimeProvider = clock }.AddTimeout(limit).Build();

    /// <summary>A store may have wrapped the table's refusal in an exception of its own.</summary>
    private static bool IsConflict(Exception? failure) =>
        (failure as RequestFailedException ?? failure?.InnerException as RequestFailedException)?.IsConflict() == true;
}

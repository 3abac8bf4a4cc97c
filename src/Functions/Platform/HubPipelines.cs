using Azure;
using IntegrationHub.Functions.Platform.Storage;
using Polly;
using Polly.Retry;

namespace IntegrationHub.Functions.Platform;

/// <summary>Polly pipelines for the hub's own retries and timeouts. Calls to vendors have their own.</summary>
internal static class HubPipelines
{
    /// <summary>Attempts at a decision before its conflict is thrown. The queue or the
    /// next run then repeats it.</summary>
    public const int Attempts = 20;

    /// <summary>Repeats a decision when another writer changed the row. Short random pauses keep two writers apart. It
    /// runs on the machine's clock because it is part of the table call.</summary>
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

    /// <summary>Throws Polly's <c>TimeoutRejectedException</c> after a time limit.</summary>
    public static ResiliencePipeline Timeout(TimeSpan limit, TimeProvider clock) =>
        new ResiliencePipelineBuilder { Name = "timeout", TimeProvider = clock }.AddTimeout(limit).Build();

    /// <summary>Whether a table write conflicted. A store may have wrapped the table's exception.</summary>
    private static bool IsConflict(Exception? failure) =>
        (failure as RequestFailedException ?? failure?.InnerException as RequestFailedException)?.IsConflict() == true;
}

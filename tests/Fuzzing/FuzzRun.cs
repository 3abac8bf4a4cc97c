using System.Diagnostics;

namespace IntegrationHub.Fuzzing;

/// <summary>What became of a target's inputs.</summary>
/// <param name="Target">The target.</param>
/// <param name="Inputs">How many inputs were read.</param>
/// <param name="Refused">How many of them were refused as wrong.</param>
/// <param name="Slowest">The longest that one took.</param>
/// <param name="MostAllocated">The most bytes that one made.</param>
/// <param name="Faults">What should not have happened.</param>
public sealed record FuzzReport(string Target, int Inputs, int Refused, TimeSpan Slowest, long MostAllocated, IReadOnlyList<string> Faults)
{
    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"{Target}: {Inputs} inputs, {Refused} refused, slowest {Slowest.TotalMilliseconds:0} ms, most memory {MostAllocated / 1024} KiB, {Faults.Count} faults");
}

/// <summary>
/// Reads mutated inputs: none may end in an exception that nobody expects, take a second, or make more memory than a
/// delivery is worth.
/// </summary>
public static class FuzzRun
{
    private const int MostFaults = 10;
    private const long MostMemory = 256 * 1024 * 1024;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>The names of all targets.</summary>
    public static IReadOnlyList<string> Targets { get; } =
    [
        "hubspot", "klaviyo", "customerio", "mailchimp", "mautic", "activecampaign", "pipedrive", "pipedrive-poll", "dynamics", "dynamics-poll", "marketo", "marketo-poll", "generic", "generic-form", "salesforce-poll", "salesforce-change", "salesforce-outbound",
        "links", "queue-rows",
    ];

    /// <summary>Runs one target.</summary>
    /// <param name="name">The target's name.</param>
    /// <param name="inputs">How many inputs.</param>
    /// <param name="seed">Which inputs: the same seed makes the same.</param>
    /// <param name="payloads">The directory of the recorded deliveries.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    public static async Task<FuzzReport> RunAsync(string name, int inputs, int seed, string payloads, CancellationToken cancellationToken)
    {
        var target = await FuzzTargets.FindAsync(name, payloads, cancellationToken);
        var mutator = new Mutator(target.Seeds, seed);
        var (refused, slowest, most, faults) = (0, TimeSpan.Zero, 0L, new List<string>());
        for (var number = 0; number < inputs && faults.Count < MostFaults; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var input = mutator.Next();
            var (took, allocated, failure) = Read(target, input);
            if (took >= Longest)
            {
                // A busy machine makes one reading long; an input that is slow is so every time.
                took = Read(target, input).Took;
            }

            refused += failure is null ? 0 : 1;
            slowest = took > slowest ? took : slowest;
            most = Math.Max(most, allocated);
            if (FaultOf(target, took, allocated, failure) is { } fault)
            {
                faults.Add($"{name} seed {seed} input {number}: {fault}: {Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, 4_096)))}");
            }
        }

        return new(name, inputs, refused, slowest, most, faults);
    }

    private static (TimeSpan Took, long Allocated, Exception? Failure) Read(FuzzTarget target, byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        Exception? failure = null;
        try
        {
            target.Read(input);
        }
        catch (Exception thrown)
        {
            failure = thrown;
        }

        return (Stopwatch.GetElapsedTime(started), GC.GetAllocatedBytesForCurrentThread() - before, failure);
    }

    private static string? FaultOf(FuzzTarget target, TimeSpan took, long allocated, Exception? failure) =>
        failure is not null && !target.Expects(failure) ? $"threw {failure}"
        : took >= Longest ? FormattableString.Invariant($"took {took.TotalMilliseconds:0} ms")
        : allocated > MostMemory ? $"made {allocated / 1024 / 1024} MiB"
        : null;
}

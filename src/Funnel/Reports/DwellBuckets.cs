namespace IntegrationHub.Funnel;

/// <summary>Sorts durations into fixed buckets, each 5 % longer than the one before, so that medians of counts add up,
/// subtract and merge exactly. A bucket stands for its middle, at most 2.5 % off.</summary>
internal static class DwellBuckets
{
    private const double Factor = 1.05;

    /// <summary>Returns the bucket of a duration; 0 for less than a minute.</summary>
    public static int Of(TimeSpan dwell) =>
        dwell < TimeSpan.FromMinutes(1) ? 0 : 1 + (int)Math.Floor(Math.Log(dwell.TotalMinutes) / Math.Log(Factor));

    /// <summary>Returns the duration that a bucket stands for.</summary>
    public static TimeSpan Middle(int bucket) =>
        bucket == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Round(60 * Math.Pow(Factor, bucket - 0.5)));
}

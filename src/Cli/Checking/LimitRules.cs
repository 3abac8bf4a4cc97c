using IntegrationHub.Funnel;

namespace IntegrationHub.Cli.Checking;

/// <summary>Finds limits that contradict each other. The hub takes them, but nobody means them.</summary>
internal static class LimitRules
{
    /// <summary>Returns a fault for each stage and segment in which a handoff may wait longer than a lead may
    /// stay.</summary>
    public static IEnumerable<string> Faults(FunnelSettings funnel) =>
        from stage in funnel.Stages.OrderBy(stage => stage.Key)
        let key = $"Funnel:Stages:{stage.Key.ToString().ToLowerInvariant()}"
        from limits in stage.Value.Segments.OrderBy(segment => segment.Key, StringComparer.Ordinal)
            .Select(segment => (Key: $"{key}:Segments:{segment.Key}", Limits: segment.Value))
            .Prepend((Key: key, Limits: new StageLimits(stage.Value.StallAfter, stage.Value.AcceptWithin)))
        where limits.Limits.AcceptWithin > limits.Limits.StallAfter
        let most = $"{limits.Limits.StallAfter:c}"
        select $"{limits.Key}:AcceptWithin: must be at most stallAfter, {most}, for example {most}.";
}

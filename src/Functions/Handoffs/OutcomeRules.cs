using IntegrationHub.Connectors.Common;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Handoffs;

/// <summary>A stage to be brought to a tool.</summary>
/// <param name="Target">The tool.</param>
/// <param name="Person">The person's record there.</param>
/// <param name="Stage">The stage.</param>
public sealed record StageWrite(IStageTarget Target, IdentityKey Person, FunnelStage Stage);

/// <summary>Which tools are to be told where a lead stands. Pure.</summary>
public static class OutcomeRules
{
    /// <summary>
    /// One write for each tool that knows the person, except the one whose word put the lead on its stage. A person who opted out is still moved: it is a property, not a mail. An erased one is
    /// left alone.
    /// </summary>
    public static IReadOnlyList<StageWrite> Decide(Journey journey, IEnumerable<IStageTarget> targets)
    {
        ArgumentNullException.ThrowIfNull(journey);
        if (journey.Erased)
        {
            return [];
        }

        return [..
            from target in targets
            where target.Name != journey.Entries[^1].Connector
            let person = journey.Identities.FirstOrDefault(key => key.Kind == IdentityKind.Person && key.Connector == target.Name)
            where person is not null
            select new StageWrite(target, person, journey.Stage)];
    }

    /// <summary>The tool that by now shows a handoff to marketing: one that was written, else the one whose word it was; null where no marketing tool knows the person.</summary>
    public static string? ShownIn(Journey journey, IReadOnlyList<StageWrite> writes, IEnumerable<IStageTarget> targets)
    {
        ArgumentNullException.ThrowIfNull(journey);
        return writes is [var first, ..] ? first.Target.Name : targets.FirstOrDefault(target => !journey.Erased && target.Name == journey.Entries[^1].Connector)?.Name;
    }
}

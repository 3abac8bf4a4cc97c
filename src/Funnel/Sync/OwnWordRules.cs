namespace IntegrationHub.Funnel;

/// <summary>Whether a stage is a tool's own word, which that tool is not told again. Pure.</summary>
public static class OwnWordRules
{
    /// <summary>Whether a tool shows the present stage, because the stage is its own word and the hub has not written over it.</summary>
    /// <param name="ledger">What the hub did about the lead.</param>
    /// <param name="journey">The lead.</param>
    /// <param name="claim">The fact that the present stage follows from; null where it is not known.</param>
    /// <param name="connector">The tool.</param>
    public static bool IsShownBy(JourneyLedger ledger, Journey journey, Fact? claim, string connector)
    {
        ArgumentNullException.ThrowIfNull(journey);
        return connector == journey.Entries[^1].Connector
            && !(claim is StageClaimed { Raw: { } raw } && IsOverwritten(ledger, connector, PersonProperty.Stage, raw));
    }

    /// <summary>Whether the hub has written over a tool's own word before it had heard it.</summary>
    public static bool IsOverwritten(JourneyLedger ledger, string connector, PersonProperty property, string value)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return ledger.Writes.LastOrDefault(write => write.Outcome == WriteOutcome.Written && write.Connector == connector && write.Property == property)
            is { ReplacedAt: null } last && EchoRules.Replaced(last, value);
    }

    /// <summary>Whether no tool has to be told of the present stage: the one that it comes from shows it, and no other shows stages of this person.</summary>
    internal static bool IsNoNews(JourneyLedger ledger, Journey journey, Fact? claim, WriteBackPolicy policy)
    {
        var from = journey.Entries[^1].Connector;
        return policy.StageTools.Contains(from)
            && journey.Records.All(record => record.Connector == from || !policy.StageTools.Contains(record.Connector))
            && IsShownBy(ledger, journey, claim, from);
    }
}

namespace IntegrationHub.Funnel;

/// <summary>Decides whether a stage is a tool's own word, which is not written back to that tool. Pure.</summary>
public static class OwnWordRules
{
    /// <summary>Whether a tool reported the present stage itself and still shows it.</summary>
    /// <param name="claim">The fact that the present stage follows from; null when unknown.</param>
    public static bool IsShownBy(JourneyLedger ledger, Journey journey, Fact? claim, string connector)
    {
        return connector == journey.Entries[^1].Connector
            && !(claim is StageClaimed { Raw: { } raw } && IsOverwritten(ledger, connector, PersonProperty.Stage, raw));
    }

    /// <summary>Whether the hub overwrote a tool's own value before it was received.</summary>
    public static bool IsOverwritten(JourneyLedger ledger, string connector, PersonProperty property, string value)
    {
        return ledger.Writes.LastOrDefault(write =>
            write.Outcome == WriteOutcome.Written && write.Connector == connector && write.Property == property)
                is { ReplacedAt: null } last
            && EchoRules.Replaced(last, value);
    }

    /// <summary>Whether the present stage needs no write-back: its own tool shows it, and no other tool shows
    /// stages of this person.</summary>
    internal static bool IsNoNews(JourneyLedger ledger, Journey journey, Fact? claim, WriteBackPolicy policy)
    {
        var from = journey.Entries[^1].Connector;
        return policy.StageTools.Contains(from)
            && journey.Records.All(record => record.Connector == from || !policy.StageTools.Contains(record.Connector))
            && IsShownBy(ledger, journey, claim, from);
    }
}

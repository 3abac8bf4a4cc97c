using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Cli.Connecting;

/// <summary>Suggests what a tool's stage means by the words of its name. A person decides.</summary>
internal static class StageSuggestionRules
{
    /// <summary>The first word that a name has decides, so ends come before stages, and late stages before early
    /// ones.</summary>
    private static readonly (string[] Words, string Meaning)[] Meanings =
    [
        (["lost", "declined", "dead", "disqualified", "verloren", "abgelehnt"], "lost"),
        (["won", "signed", "gewonnen", "received"], "won"),
        (["repeat", "renewal", "upsell", "existing", "returning", "bestandskunde"], "repeat"),
        (["evangelist", "advocate", "referral", "promoter", "empfehlung"], "referral"),
        (["customer", "client", "contract", "negotiat", "closing", "commit", "quote", "kunde", "vertrag", "donor"], "commitment"),
        (["qualified lead", "sql", "sales qualified", "opportunity", "demo", "proposal", "evaluat", "meeting", "trial", "angebot",
            "decision"], "evaluation"),
        (["lead", "mql", "interest", "contacted", "engaged", "prospect", "working", "nurtur", "interess", "supporter"], "interest"),
        (["subscriber", "aware", "visitor", "new", "cold", "neu"], "awareness"),
    ];

    /// <summary>Returns a meaning as the maps write it; null when no word says anything.</summary>
    public static string? Suggest(VendorStage stage)
    {
        var name = $"{stage.Label} {stage.Raw}".ToLowerInvariant();
        var found = Array.Find(Meanings, each => each.Words.Any(word => name.Contains(word, StringComparison.Ordinal))).Meaning;
        return stage.Map == StageMapKind.Person && found is "won" or "lost" ? null : found;
    }
}

namespace IntegrationHub.Funnel;

/// <summary>What a team does next.</summary>
/// <param name="Do">The step in a few words, for a list: "call today".</param>
/// <param name="Rest">What a sentence adds: ", or book the next step".</param>
public sealed record NextStep(string Do, string Rest = "")
{
    /// <summary>Returns the whole clause.</summary>
    public override string ToString() => Do + Rest;
}

/// <summary>Decides what a team does next about a stalled lead, by what happened to it. The step differs between the owner
/// and other teams, and never asks to reach a person who opted out. Pure.</summary>
public static class NextStepRules
{
    /// <summary>Returns the step of a team.</summary>
    public static NextStep Of(AlertKind kind, StallStory story, string team, string owner, bool optedOut) =>
        team == owner
            ? optedOut ? OfOwnerWithoutContact(kind, story) : OfOwner(kind, story, team)
            : optedOut ? new($"settle with {owner}", " whether to close it") : OfOther(kind, story, owner);

    /// <summary>Returns the step of a team's managers, which is never to reach the person.</summary>
    public static NextStep OfManagers(string team, string owner) =>
        team == owner
            ? new("decide who takes it on", $" in {owner}, or close it")
            : new("settle what holds it up", $" with the managers of {owner}");

    private static NextStep OfOwner(AlertKind kind, StallStory story, string team) => (story.Cause, kind) switch
    {
        (StallCause.NotDelivered, _) => new("take it up by hand", ": your tool does not have it yet"),
        (StallCause.HandedOverAgain, _) => new("see what has changed", " since you gave it back, or give it back again"),
        (StallCause.GivenBack or StallCause.DealLost, _) => new("decide when to come back", " to them, or close it"),
        (_, AlertKind.HandoffNotAccepted) => new("take it up today", ", or give it back with a reason"),
        (StallCause.ActivityOver, AlertKind.StageOverdue) => new("note the outcome", " of the appointment, or book the next step"),
        (StallCause.DealOpen, AlertKind.StageOverdue) when team == Team.Sales =>
            new("call about the deal", " today, or book the next step"),
        (_, AlertKind.StageOverdue) when team == Team.Sales => new("call today", ", or book the next step"),
        (_, AlertKind.StageOverdue) => new("send the next offer", " today, or close it"),
        _ => throw new InvalidOperationException($"Unknown kind of alert {kind}."),
    };

    private static NextStep OfOwnerWithoutContact(AlertKind kind, StallStory story) =>
        kind == AlertKind.HandoffNotAccepted && story.Cause is not (StallCause.GivenBack or StallCause.DealLost)
            ? new("set an owner today", ", or give it back with a reason")
            : new("close it", ", or record why it stays open");

    private static NextStep OfOther(AlertKind kind, StallStory story, string owner) => (story.Cause, kind) switch
    {
        (StallCause.NotDelivered, _) => new($"tell {owner} about it", ": their tool does not have it yet"),
        (StallCause.HandedOverAgain, _) => new($"tell {owner} what has changed", " since they gave it back"),
        (StallCause.GivenBack or StallCause.DealLost, _) => new($"tell {owner} when to try again"),
        _ when story.Question is not null => new($"help {owner} to answer", " what they asked"),
        (_, AlertKind.HandoffNotAccepted) => new($"ask {owner} what they miss", " in the handover"),
        (_, AlertKind.StageOverdue) => new($"offer {owner} help"),
        _ => throw new InvalidOperationException($"Unknown kind of alert {kind}."),
    };
}

namespace IntegrationHub.Funnel;

/// <summary>What a team does next, and the other way to end the stall.</summary>
/// <param name="Do">The step in a few words: "call today".</param>
/// <param name="Or">The other way: "book the next step"; null for none.</param>
public sealed record NextStep(string Do, string? Or = null)
{
    /// <summary>Returns both ways as one clause.</summary>
    public override string ToString() => Or is null ? Do : $"{Do}, or {Or}";
}

/// <summary>Decides what a team does next about a stalled lead, by what happened to it. The step differs between the owner
/// and other teams, and never asks to reach a person who opted out. Pure.</summary>
public static class NextStepRules
{
    /// <summary>Returns the step of a team.</summary>
    public static NextStep Of(AlertKind kind, StallStory story, string team, string owner, bool optedOut) => (team == owner, optedOut) switch
    {
        (true, false) => OfOwner(kind, story, team),
        (true, true) => OfOwnerWithoutContact(kind, story),
        (false, false) => OfOther(kind, story, owner),
        (false, true) => new($"settle with {owner} whether to close it"),
    };

    /// <summary>Returns the step of a team's managers, which is never to reach the person.</summary>
    public static NextStep OfManagers(string team, string owner) =>
        team == owner ? new($"decide who in {owner} takes it on", "close it") : new($"settle with the managers of {owner} what holds it up");

    private static NextStep OfOwner(AlertKind kind, StallStory story, string team) => (story.Cause, kind) switch
    {
        (StallCause.NotDelivered, _) => new("take it up without your tool, which does not have it yet"),
        (StallCause.HandedOverAgain, _) => new("look at what has changed since you gave it back", "give it back again"),
        (StallCause.GivenBack or StallCause.DealLost, _) => new("decide when to come back to them", "close it"),
        (_, AlertKind.HandoffNotAccepted) => new("take it up today", "give it back with a reason"),
        (StallCause.ActivityOver, AlertKind.StageOverdue) => new("note how the appointment went", "book the next step"),
        (StallCause.DealOpen, AlertKind.StageOverdue) when team == Team.Sales => new("call about the open deal today", "book the next step"),
        (_, AlertKind.StageOverdue) when team == Team.Sales => new("call today", "book the next step"),
        (_, AlertKind.StageOverdue) => new("send the next offer today", "close it"),
        _ => throw new InvalidOperationException($"Unknown kind of alert {kind}."),
    };

    private static NextStep OfOwnerWithoutContact(AlertKind kind, StallStory story) =>
        kind == AlertKind.HandoffNotAccepted && story.Cause is not (StallCause.GivenBack or StallCause.DealLost)
            ? new("set an owner today", "give it back with a reason")
            : new("close it", "record why it stays open");

    private static NextStep OfOther(AlertKind kind, StallStory story, string owner) => (story.Cause, kind) switch
    {
        (StallCause.NotDelivered, _) => new($"tell {owner} about it: their tool does not have it yet"),
        (StallCause.HandedOverAgain, _) => new($"tell {owner} what has changed since they gave it back"),
        (StallCause.GivenBack or StallCause.DealLost, _) => new($"tell {owner} when it is worth another try"),
        _ when story.Question is not null => new($"help {owner} to answer what they asked"),
        (_, AlertKind.HandoffNotAccepted) => new($"ask {owner} what they miss in the handover"),
        (_, AlertKind.StageOverdue) => new($"ask {owner} what would help"),
        _ => throw new InvalidOperationException($"Unknown kind of alert {kind}."),
    };
}

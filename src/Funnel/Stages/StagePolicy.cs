namespace IntegrationHub.Funnel;

/// <summary>The only place that decides the stage of a lead. It judges one fact at a time, in order of time, against
/// the lead's stage at that time.</summary>
/// <remarks>Only a CRM moves a lead from a stage that sales own. The one exception is <see cref="Advocate"/>. A claim
/// of the present stage does not restart it.</remarks>
public static class StagePolicy
{
    /// <summary>The first fact about a person puts them on Awareness.</summary>
    public const string FirstHeard = "first-heard";

    /// <summary>A tool's latest claim counts. A CRM moves a lead back only from a stage where it had put the lead
    /// itself: a record that it opens or works on at an earlier stage is not a step back. No claim moves a lead
    /// back behind an open deal.</summary>
    public const string LatestClaim = "latest-claim";

    /// <summary>Form, open, click and conversion raise to Interest. No touch lowers a stage.</summary>
    public const string CampaignTouch = "campaign-touch";

    /// <summary>Marketing moves a customer without an open deal to Referral, although sales own the stage: only
    /// marketing sees advocates.</summary>
    public const string Advocate = "advocate";

    /// <summary>An open deal means at least Evaluation, and at least its own mapped stage.</summary>
    public const string OpenDeal = "open-deal";

    /// <summary>A deal that moves back takes the lead back, as long as nothing is won.</summary>
    public const string DealMovedBack = "deal-moved-back";

    /// <summary>A deal that opens on Referral or Repeat starts a new round at Evaluation, or at
    /// Commitment if the deal is there.</summary>
    public const string NewRound = "new-round";

    /// <summary>The first won deal is Commitment.</summary>
    public const string FirstWonDeal = "first-won-deal";

    /// <summary>Every further won deal is Repeat.</summary>
    public const string SecondWonDeal = "second-won-deal";

    /// <summary>A won deal with an existing customer is Repeat, although the hub saw no earlier one.</summary>
    public const string ExistingCustomer = "existing-customer";

    /// <summary>The last open deal is lost or deleted and none is won: back to
    /// <see cref="FunnelSettings.RecycleTo"/>.</summary>
    public const string LostLastDeal = "lost-last-deal";

    /// <summary>The last open deal is lost or deleted, but others are won: the lead stays a customer.</summary>
    public const string StillCustomer = "still-customer";

    /// <summary>A won deal was reopened, lost or deleted: the other deals decide.</summary>
    public const string WonDealUndone = "won-deal-undone";

    /// <summary>Sales gave the lead back: to <see cref="FunnelSettings.RecycleTo"/>, with their reason.</summary>
    public const string ReturnedBySales = "returned-by-sales";

    /// <summary>Only a CRM moves a lead from a stage that sales own. This rule only overrules.</summary>
    public const string OwnedBySales = "owned-by-sales";

    /// <summary>Returns the move that a fact causes, or the rule that overrules it; null when the
    /// fact asks for no move.</summary>
    internal static StageMove? Judge(Fact fact, Standing standing, FunnelSettings settings)
    {
        var move = fact switch
        {
            StageClaimed { Stage: { } stage } claim => JudgeClaim(claim, stage, standing, settings),
            CampaignTouched touch => JudgeTouch(touch, standing),
            DealChanged => JudgeDeal(standing, settings),
            HandoffReturned returned => JudgeReturn(returned, standing, settings),
            _ => null,
        };
        return move is null or { Overrules: true } ? move
            : move.Stage == standing.Stage ? null
            : MayLeave(fact, move, standing, settings) ? move
            : Stay(standing, OwnedBySales, "the stage is with sales, and only what a CRM says takes a lead from there");
    }

    private static bool MayLeave(Fact fact, StageMove move, Standing standing, FunnelSettings settings) =>
        fact.Side == ToolSide.Crm || settings.OwnerOf(standing.Stage) != Team.Sales || move.Rule == Advocate;

    private static StageMove JudgeClaim(StageClaimed claim, FunnelStage stage, Standing standing, FunnelSettings settings)
    {
        if (claim.Side == ToolSide.Marketing && stage == FunnelStage.Referral && IsContentCustomer(standing))
        {
            return new(stage, Advocate, $"{claim.Connector} says the customer speaks for us");
        }

        if (stage < standing.Stage)
        {
            if (claim.Side == ToolSide.Crm && standing.Since < claim.OccurredAt && !(standing.LastWord > stage))
            {
                return Stay(standing, LatestClaim, "a CRM takes a lead back only from where it had put it itself");
            }

            if (standing.Deals.Floor is { } floor && stage < floor)
            {
                return floor < standing.Stage
                    ? new(floor, OpenDeal, $"{claim.Connector} took the lead back, but a deal is open")
                    : Stay(standing, OpenDeal, "a deal is open, and no claim takes a lead back behind it");
            }
        }

        var raw = claim.Raw is null ? "" : $" ({claim.Raw})";
        return new(stage, LatestClaim, $"{claim.Connector} put the lead on {settings.Stages[stage].Name}{raw}");
    }

    private static bool IsContentCustomer(Standing standing) =>
        standing.Stage is FunnelStage.Commitment or FunnelStage.Repeat && standing.Deals is { Won: > 0, Floor: null };

    private static StageMove? JudgeTouch(CampaignTouched touch, Standing standing) =>
        touch.Touch == TouchKind.PageVisit || standing.Stage >= FunnelStage.Interest
            ? null
            : new(FunnelStage.Interest, CampaignTouch, $"{Act(touch.Touch)}{(touch.Campaign is null ? "" : $" ({touch.Campaign})")}");

    private static string Act(TouchKind touch) => touch switch
    {
        TouchKind.Form => "sent a form",
        TouchKind.Open => "opened a mail",
        TouchKind.Click => "followed a link",
        TouchKind.Conversion => "answered a campaign",
        _ => throw new InvalidOperationException($"A touch of kind {touch} moves nobody."),
    };

    private static StageMove JudgeReturn(HandoffReturned returned, Standing standing, FunnelSettings settings) =>
        settings.OwnerOf(standing.Stage) == Team.Sales
            ? new(settings.RecycleTo, ReturnedBySales, $"{Team.Sales} gave the lead back: {returned.Reason}")
            : Stay(standing, ReturnedBySales, "sales give back only what is on a stage of theirs");

    private static StageMove? JudgeDeal(Standing standing, FunnelSettings settings)
    {
        var step = standing.Step ?? throw new InvalidOperationException("A change of a deal is judged by what it did to the deal.");
        return (step.Before?.Status, step.After.Status) switch
        {
            (DealStatus.Won, DealStatus.Won) => null,
            (_, DealStatus.Won) => JudgeWon(step.After, standing),
            (DealStatus.Won, _) when standing.Stage is FunnelStage.Commitment or FunnelStage.Repeat =>
                JudgeUndone(step.After, standing, settings),
            (DealStatus.Open, DealStatus.Open) => JudgeProgress(step, standing),
            (_, DealStatus.Open) => JudgeOpened(step.After, standing),
            (null, DealStatus.Deleted) => null,
            (null or DealStatus.Open or DealStatus.Won, _) => JudgeClosed(step, standing, settings),
            _ => null,
        };
    }

    private static StageMove JudgeWon(Deal deal, Standing standing) =>
        standing.Deals.Won > 1 ? new(FunnelStage.Repeat, SecondWonDeal, $"{Name(deal)} was won, as one was before")
        : deal.FunnelStage == FunnelStage.Repeat
            ? new(FunnelStage.Repeat, ExistingCustomer, $"{Name(deal)} was won with an existing customer")
        : standing.Stage == FunnelStage.Repeat
            ? Stay(standing, FirstWonDeal, "a first won deal takes nobody back from where a second had brought them")
        : new(FunnelStage.Commitment, FirstWonDeal, $"{Name(deal)} was won");

    private static StageMove JudgeUndone(Deal deal, Standing standing, FunnelSettings settings)
    {
        var left = CustomerStage(standing.Deals) ?? standing.Deals.Floor ?? settings.RecycleTo;
        return left < standing.Stage
            ? new(left, WonDealUndone, $"{Name(deal)} was won, and this was undone")
            : Stay(standing, WonDealUndone, "what is left holds the lead where it is");
    }

    private static StageMove? JudgeOpened(Deal deal, Standing standing) =>
        standing.Stage is FunnelStage.Referral or FunnelStage.Repeat
            ? new(
                DealBook.FloorOf(deal) == FunnelStage.Commitment ? FunnelStage.Commitment : FunnelStage.Evaluation, NewRound,
                $"{Name(deal)} was opened")
            : Lift(deal, standing);

    private static StageMove? JudgeProgress(DealStep step, Standing standing) =>
        step.Before?.Stage == step.After.Stage && step.Before?.FunnelStage == step.After.FunnelStage
            ? null
            : Lift(step.After, standing) ?? Drop(step, standing);

    private static StageMove? JudgeClosed(DealStep step, Standing standing, FunnelSettings settings)
    {
        if (standing.Deals.Floor is not null)
        {
            return Drop(step, standing);
        }

        var end = step.After.Status == DealStatus.Lost ? "was lost" : "is gone";
        if (CustomerStage(standing.Deals) is { } customer)
        {
            return standing.Stage is FunnelStage.Evaluation or FunnelStage.Commitment && standing.Stage < customer
                ? new(customer, StillCustomer, $"{Name(step.After)} {end}, but the lead is a customer")
                : null;
        }

        return standing.Stage is not (FunnelStage.Referral or FunnelStage.Repeat) && standing.Stage > settings.RecycleTo
            ? new(settings.RecycleTo, LostLastDeal, $"{Name(step.After)} {end}, and it was the last")
            : null;
    }

    private static FunnelStage? CustomerStage(DealBook deals) => deals.Won switch
    {
        0 => null,
        1 when !deals.HasRepeat => FunnelStage.Commitment,
        _ => FunnelStage.Repeat,
    };

    private static StageMove? Lift(Deal deal, Standing standing) =>
        standing.Stage < DealBook.FloorOf(deal) ? new(DealBook.FloorOf(deal), OpenDeal, $"{Name(deal)} is open") : null;

    private static StageMove? Drop(DealStep step, Standing standing) =>
        standing.Deals is { Won: 0, Floor: { } floor } && floor < step.FloorBefore && standing.Stage == step.FloorBefore
            ? new(floor, DealMovedBack, $"{Name(step.After)} went back")
            : null;

    private static StageMove Stay(Standing standing, string rule, string reason) => new(standing.Stage, rule, reason, Overrules: true);

    private static string Name(Deal deal) => $"deal {deal.Id} in {deal.Connector}{(deal.Stage is null ? "" : $" ({deal.Stage})")}";
}

/// <summary>The lead's position when a fact is judged.</summary>
/// <param name="Since">When it entered the stage. Facts of the same instant are ordered by the fold alone.</param>
/// <param name="Deals">The deals, including the fact's own change.</param>
/// <param name="LastWord">The stage where this CRM last put the lead; null for none.</param>
/// <param name="Step">The fact's effect on a deal; null for none.</param>
internal readonly record struct Standing(FunnelStage Stage, DateTimeOffset Since, DealBook Deals, FunnelStage? LastWord, DealStep? Step);

/// <summary>A verdict of <see cref="StagePolicy"/>.</summary>
/// <param name="Stage">The stage to enter, or to stay on.</param>
/// <param name="Overrules">Whether the rule keeps the lead on its stage against the fact.</param>
internal sealed record StageMove(FunnelStage Stage, string Rule, string Reason, bool Overrules = false);

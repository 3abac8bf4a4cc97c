namespace IntegrationHub.Funnel;

/// <summary>
/// Which claim wins: the one place that decides what stage a lead is on. It judges one fact at a time, in order of time, against where the lead stands by then.
/// </summary>
/// <remarks>
/// Throughout: a stage that sales own is left only by what a CRM says. The one exception is <see cref="Advocate"/>. A claim of the stage the lead is on
/// does not start it again.
/// </remarks>
public static class StagePolicy
{
    /// <summary>The first fact about somebody puts them on Awareness.</summary>
    public const string FirstHeard = "first-heard";

    /// <summary>
    /// The latest claim of a tool counts. A CRM takes a lead back only from where it had put it itself: a record that it opens, or starts to work on, at an earlier
    /// stage than the lead has reached is no step back. And no claim takes a lead back behind an open deal.
    /// </summary>
    public const string LatestClaim = "latest-claim";

    /// <summary>Form, open, click and conversion lift to Interest; no touch ever lowers.</summary>
    public const string CampaignTouch = "campaign-touch";

    /// <summary>A customer (a deal won, none open) goes to Referral when marketing says so, though sales own the stage: only marketing sees advocates.</summary>
    public const string Advocate = "advocate";

    /// <summary>An open deal means at least Evaluation, and at least what the deal's own stage maps to.</summary>
    public const string OpenDeal = "open-deal";

    /// <summary>Where an open deal brought the lead, it takes it back from when it goes back itself, as long as nothing is won.</summary>
    public const string DealMovedBack = "deal-moved-back";

    /// <summary>A deal that opens on Referral or Repeat starts a new round at Evaluation, or at Commitment where the deal stands there already.</summary>
    public const string NewRound = "new-round";

    /// <summary>The first won deal is Commitment.</summary>
    public const string FirstWonDeal = "first-won-deal";

    /// <summary>The second won deal, and every further one, is Repeat.</summary>
    public const string SecondWonDeal = "second-won-deal";

    /// <summary>A won deal with an existing customer is Repeat, though the hub saw no earlier one.</summary>
    public const string ExistingCustomer = "existing-customer";

    /// <summary>The last open deal is lost or gone and none is won: back to <see cref="FunnelSettings.RecycleTo"/>.</summary>
    public const string LostLastDeal = "lost-last-deal";

    /// <summary>The last open deal is lost or gone, but others are won: the lead stays the customer that those make it.</summary>
    public const string StillCustomer = "still-customer";

    /// <summary>A won deal is won no longer: the others are counted again.</summary>
    public const string WonDealUndone = "won-deal-undone";

    /// <summary>Sales gave the lead back: to <see cref="FunnelSettings.RecycleTo"/>, with their reason.</summary>
    public const string ReturnedBySales = "returned-by-sales";

    /// <summary>A stage that sales own is left only by what a CRM says. It moves nobody: it overrules.</summary>
    public const string OwnedBySales = "owned-by-sales";

    /// <summary>Where a fact moves the lead, or the rule that keeps it where it is against the fact's word; null when the fact asks for no move.</summary>
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
            (DealStatus.Won, _) when standing.Stage is FunnelStage.Commitment or FunnelStage.Repeat => JudgeUndone(step.After, standing, settings),
            (DealStatus.Open, DealStatus.Open) => JudgeProgress(step, standing),
            (_, DealStatus.Open) => JudgeOpened(step.After, standing),
            (null, DealStatus.Deleted) => null,
            (null or DealStatus.Open or DealStatus.Won, _) => JudgeClosed(step, standing, settings),
            _ => null,
        };
    }

    private static StageMove JudgeWon(Deal deal, Standing standing) =>
        standing.Deals.Won > 1 ? new(FunnelStage.Repeat, SecondWonDeal, $"{Name(deal)} was won, as one was before")
        : deal.FunnelStage == FunnelStage.Repeat ? new(FunnelStage.Repeat, ExistingCustomer, $"{Name(deal)} was won with an existing customer")
        : standing.Stage == FunnelStage.Repeat ? Stay(standing, FirstWonDeal, "a first won deal takes nobody back from where a second had brought them")
        : new(FunnelStage.Commitment, FirstWonDeal, $"{Name(deal)} was won");

    private static StageMove JudgeUndone(Deal deal, Standing standing, FunnelSettings settings)
    {
        var left = CustomerStage(standing.Deals) ?? standing.Deals.Floor ?? settings.RecycleTo;
        return left < standing.Stage ? new(left, WonDealUndone, $"{Name(deal)} is won no longer") : Stay(standing, WonDealUndone, "what is left holds the lead where it is");
    }

    private static StageMove? JudgeOpened(Deal deal, Standing standing) =>
        standing.Stage is FunnelStage.Referral or FunnelStage.Repeat
            ? new(DealBook.FloorOf(deal) == FunnelStage.Commitment ? FunnelStage.Commitment : FunnelStage.Evaluation, NewRound, $"{Name(deal)} was opened")
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

/// <summary>Where a lead stands when a fact is judged.</summary>
/// <param name="Stage">Its stage.</param>
/// <param name="Since">When it came there. What came at the fact's own instant has not been reached yet: there the order of facts alone decides.</param>
/// <param name="Deals">Its deals, the fact's own change included.</param>
/// <param name="LastWord">The stage that the fact's connector, as a CRM, last put the lead on; null when it has not.</param>
/// <param name="Step">What the fact did to a deal; null when it is about none.</param>
internal readonly record struct Standing(FunnelStage Stage, DateTimeOffset Since, DealBook Deals, FunnelStage? LastWord, DealStep? Step);

/// <summary>A verdict of <see cref="StagePolicy"/>: where to, by which rule, and why in words.</summary>
/// <param name="Stage">The stage to go to, or to stay on.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Reason">Why.</param>
/// <param name="Overrules">Whether the rule keeps the lead where it is against the fact's word.</param>
internal sealed record StageMove(FunnelStage Stage, string Rule, string Reason, bool Overrules = false);

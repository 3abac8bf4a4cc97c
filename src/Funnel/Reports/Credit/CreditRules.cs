using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>Shares the credit for a won deal between campaigns. Credit is shared and never divided against what sales
/// did. Pure: the credits of all campaigns and of <see cref="Unknown"/> are the amount, to the minor unit.</summary>
public static class CreditRules
{
    /// <summary>The campaign of deals without a known touch.</summary>
    public const string Unknown = "(no campaign known)";

    private const double Milestone = 0.3, OtherMilestones = 0.1, End = 0.4, BetweenEnds = 0.2;
    private const int UsualDigits = 2;

    /// <summary>The models whose spread stands beside a credit: those that share between all touches.</summary>
    private static readonly CreditModel[] Sharing = [CreditModel.Milestones, CreditModel.Linear, CreditModel.Ends, CreditModel.Decay];

    private static readonly HashSet<string> WithoutMinor =
        ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"];

    private static readonly HashSet<string> ThousandMinor = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

    /// <summary>Returns the touches that count, oldest first: one for each person, campaign and day, from the
    /// lookback to the win.</summary>
    public static ImmutableArray<CreditTouch> TouchesOf(CreditDeal deal, CreditSettings settings)
    {
        var oldest = settings.Reports.DayOf(deal.WonAt).AddMonths(-settings.Lookback);
        var all = deal.Touches
            .Where(touch => touch.At <= deal.WonAt && settings.Reports.DayOf(touch.At) >= oldest)
            .OrderBy(touch => touch.At).ThenBy(touch => touch.Campaign, StringComparer.Ordinal)
            .ThenBy(touch => touch.Person, StringComparer.Ordinal)
            .DistinctBy(touch => (touch.Person, touch.Campaign, settings.Reports.DayOf(touch.At))).ToImmutableArray();
        var since = all.Where(touch => !deal.WonBefore.TryGetValue(touch.Person, out var won) || touch.At > won).ToImmutableArray();
        return since.IsEmpty ? all : since;
    }

    /// <summary>Returns the share of each touch that has one, oldest first; none for a deal without touches.</summary>
    public static ImmutableArray<CreditShare> SharesOf(CreditDeal deal, CreditModel model, CreditSettings settings)
    {
        var touches = TouchesOf(deal, settings);
        if (touches.IsEmpty)
        {
            return [];
        }

        var weights = WeightsOf(touches, deal, model, settings);
        var sum = weights.Sum();
        return [.. touches.Zip(weights, (touch, weight) => new CreditShare(touch, weight / sum)).Where(share => share.Share > 0)];
    }

    /// <summary>Splits a deal's amount between campaigns by largest remainder; of equal ones the earlier touch gets the
    /// minor unit, then the first name.</summary>
    public static ImmutableArray<CampaignCredit> CreditsOf(
        CreditDeal deal, decimal amount, string currency, CreditModel model, CreditSettings settings)
    {
        var shares = SharesOf(deal, model, settings);
        if (shares.IsEmpty)
        {
            return [new(Unknown, amount)];
        }

        var unit = UnitOf(currency);
        var campaigns = shares.GroupBy(share => share.Touch.Campaign, StringComparer.Ordinal)
            .Select(campaign => (Campaign: campaign.Key, First: campaign.Min(share => share.Touch.At),
                Exact: amount * (decimal)campaign.Sum(share => share.Share)))
            .Select(campaign => (campaign.Campaign, campaign.First, campaign.Exact, Floor: Math.Floor(campaign.Exact / unit) * unit))
            .ToList();
        var left = amount - campaigns.Sum(campaign => campaign.Floor);
        var credits = campaigns.ToDictionary(campaign => campaign.Campaign, campaign => campaign.Floor, StringComparer.Ordinal);
        foreach (var campaign in campaigns
            .OrderByDescending(campaign => Math.Round((campaign.Exact - campaign.Floor) / unit, 6))
            .ThenBy(campaign => campaign.First).ThenBy(campaign => campaign.Campaign, StringComparer.Ordinal))
        {
            // What is smaller than a minor unit goes with the last one.
            var more = Math.Min(unit, left);
            credits[campaign.Campaign] += more;
            left -= more;
        }

        return [.. campaigns.Select(campaign => new CampaignCredit(campaign.Campaign, credits[campaign.Campaign]))];
    }

    /// <summary>Returns the lowest and the highest credit of a campaign over the models that share between all
    /// touches.</summary>
    public static (decimal Low, decimal High) SpreadOf(
        CreditDeal deal, decimal amount, string currency, string campaign, CreditSettings settings)
    {
        var credits = Sharing
            .Select(model => CreditsOf(deal, amount, currency, model, settings).FirstOrDefault(credit => credit.Campaign == campaign))
            .Select(credit => credit?.Amount ?? 0).ToList();
        return (credits.Min(), credits.Max());
    }

    /// <summary>Returns whether marketing brought the deal.</summary>
    public static CreditPart PartOf(CreditDeal deal, CreditSettings settings)
    {
        var touches = TouchesOf(deal, settings);
        return touches.IsEmpty ? CreditPart.Neither
            : touches[0].At < deal.OpenedAt && !(deal.SalesSince <= touches[0].At) ? CreditPart.Sourced
            : CreditPart.Influenced;
    }

    private static double[] WeightsOf(ImmutableArray<CreditTouch> touches, CreditDeal deal, CreditModel model, CreditSettings settings)
    {
        var interest = deal.InterestAt is { } at ? LastAt(touches, at) : -1;
        return model switch
        {
            CreditModel.First => Held(touches.Length, [(0, 1)], 0),
            CreditModel.Last => Held(touches.Length, [(touches.Length - 1, 1)], 0),
            CreditModel.Linear => Held(touches.Length, [], 1),
            CreditModel.Milestones => Held(
                touches.Length, [(0, Milestone), (interest, Milestone), (LastAt(touches, deal.OpenedAt), Milestone)], OtherMilestones),
            CreditModel.Ends => Held(touches.Length, [(0, End), (interest, End)], BetweenEnds),
            CreditModel.Decay => [.. touches.Select(touch => Math.Pow(2, -(double)AgeOf(touch, deal, settings) / settings.HalfLife))],
            _ => throw new ArgumentOutOfRangeException(nameof(model), model, null),
        };
    }

    /// <summary>Gives parts to those who hold them, and the rest to the others equally. A part that nobody holds falls
    /// away.</summary>
    private static double[] Held(int count, (int Holder, double Part)[] parts, double others)
    {
        var weights = new double[count];
        var held = parts.Where(part => part.Holder >= 0).ToList();
        held.ForEach(part => weights[part.Holder] += part.Part);
        var free = Enumerable.Range(0, count).Except(held.Select(part => part.Holder)).ToList();
        free.ForEach(other => weights[other] = others / free.Count);
        return weights;
    }

    private static int LastAt(ImmutableArray<CreditTouch> touches, DateTimeOffset at) => touches.Count(touch => touch.At <= at) - 1;

    private static int AgeOf(CreditTouch touch, CreditDeal deal, CreditSettings settings) =>
        settings.Reports.DayOf(deal.WonAt).DayNumber - settings.Reports.DayOf(touch.At).DayNumber;

    private static decimal UnitOf(string currency)
    {
        var digits = WithoutMinor.Contains(currency) ? 0 : ThousandMinor.Contains(currency) ? UsualDigits + 1 : UsualDigits;
        return new(1, 0, 0, false, (byte)digits);
    }
}

using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>What the fold has made of the facts so far.</summary>
internal sealed class LeadFold
{
    private readonly FunnelSettings _settings;
    private readonly ICollection<FactJudgement>? _trace;
    private readonly StageFold _stages;
    private readonly PersonFold _person = new();
    private readonly ActivityFold _activities;
    private readonly RecordFold _records = new();
    private readonly HashSet<(string Connector, string TouchId)> _withdrawn;

    private LeadFold(Fact[] ordered, FunnelSettings settings, ICollection<FactJudgement>? trace)
    {
        (_settings, _trace, _withdrawn) = (settings, trace, CampaignRules.Withdrawn(ordered));
        (_stages, _activities) = (new(settings, trace), new(settings));
    }

    /// <summary>Folds sorted facts, at least one.</summary>
    public static LeadFold Of(Fact[] ordered, FunnelSettings settings, ICollection<FactJudgement>? trace = null)
    {
        var fold = new LeadFold(ordered, settings, trace);
        foreach (var (fact, isLate) in SummingRules.Placed(ordered))
        {
            fold.Take(fact, isLate);
        }

        fold._stages.Open(ordered[0]);
        return fold;
    }

    public Journey Journey(LeadId leadId)
    {
        ImmutableArray<StageEntry> entries = [.. _stages.Entries];
        var present = entries[^1];
        var identities = _person.Erased ? [] : _person.Identities();
        var journey = new Journey
        {
            LeadId = leadId,
            Stage = present.Stage,
            Owner = _settings.OwnerOf(present.Stage),
            EnteredAt = present.EnteredAt,
            Entries = entries,
            WatchedFrom = WatchedFrom(present),
            Deals = _stages.Deals.List(),
            EmailConsent = _person.EmailConsent,
            Profile = _person.Erased ? new() : _person.Profile,
            ProfileSources = _person.Erased ? ImmutableSortedDictionary<PersonProperty, string>.Empty : _person.ProfileSources(),
            Identities = identities,
            GoneRecords = [.. identities.Where(_records.IsGone)],
            NextActivityAt = _activities.NextAt,
            LastActivityAt = _activities.LastAt,
            Pauses = _activities.Pauses(),
            Held = [.. _stages.Held],
            Erased = _person.Erased,
            Hash = "",
        };
        return journey with { Hash = JourneyHash.Of(journey) };
    }

    /// <summary>Returns the parts of a sum of sorted facts, at least one. The rest of the sum is not folded.</summary>
    public (SummedStages Stages, ImmutableArray<SummedDeal> Deals, SummedPerson Person, SummedActivities Activities,
        ImmutableArray<SummedRecord> Records) Sum(DateTimeOffset last) =>
        (_stages.Sum(last), _stages.Deals.Sum(), _person.Sum(), _activities.Sum(), _records.Sum());

    private void Take(Fact fact, bool isLate)
    {
        if (fact is FactsSummed summed)
        {
            _records.Take(fact, isLate);
            _stages.Join(summed);
            _person.Take(fact, isLate);
            _activities.Take(fact, isLate);
            return;
        }

        _stages.Hear(fact);
        if (fact is UnknownFact || !_records.Take(fact, isLate) || CampaignRules.IsWithdrawn(fact, _withdrawn))
        {
            OpenBy(fact);
            _trace?.Add(new(fact, EffectOf(fact), null, null));
            return;
        }

        _stages.Take(fact);
        _person.Take(fact, isLate);
        _activities.Take(fact, isLate);
    }

    /// <summary>A touch that was taken back still made the lead known.</summary>
    private void OpenBy(Fact fact)
    {
        if (fact is not UnknownFact)
        {
            _stages.Open(fact);
        }
    }

    /// <summary>Returns why a fact does not count.</summary>
    private FactEffect EffectOf(Fact fact) =>
        fact is UnknownFact ? FactEffect.None : CampaignRules.IsWithdrawn(fact, _withdrawn) ? FactEffect.Withdrawn : FactEffect.Gone;

    /// <summary>Returns when the stall clock of a stay starts. One that began before the hub starts it with a team's
    /// first work since, because nobody expects it to be overdue on the hub's first day.</summary>
    private DateTimeOffset? WatchedFrom(StageEntry stay) =>
        !stay.Past ? stay.EnteredAt : _settings.IsBeforeLive(stay.EnteredAt) ? _activities.FirstLiveAt : null;
}

using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>Folds a set of facts into a journey. Pure: order and repetition change nothing.</summary>
public static class JourneyFold
{
    private static readonly TimeSpan SameMoment = TimeSpan.FromMinutes(1);

    /// <summary>Folds the facts of a lead.</summary>
    /// <exception cref="ArgumentException"><paramref name="facts"/> is empty.</exception>
    public static Journey Fold(LeadId leadId, IEnumerable<Fact> facts, FunnelSettings settings) =>
        FoldOrdered(leadId, FactOrder.Sort(facts, settings.SystemOfRecord), settings);

    /// <summary>Folds facts that <see cref="FactOrder.Sort"/> has sorted.</summary>
    /// <param name="trace">Collects the judgement of each fact in order; null for none.</param>
    internal static Journey FoldOrdered(LeadId leadId, Fact[] ordered, FunnelSettings settings, ICollection<FactJudgement>? trace = null)
    {
        if (ordered.Length == 0)
        {
            throw new ArgumentException("A lead without a fact has no journey.", nameof(ordered));
        }

        var way = new StageWay(Array.Find(ordered, fact => fact is not UnknownFact) ?? ordered[0], settings, trace);
        var person = new PersonFold();
        var activities = new ActivityFold(settings);
        var records = new RecordFold();
        var withdrawn = CampaignRules.Withdrawn(ordered);
        foreach (var fact in ordered)
        {
            if (fact is UnknownFact || !records.Take(fact) || CampaignRules.IsWithdrawn(fact, withdrawn))
            {
                trace?.Add(new(fact, EffectOf(fact, withdrawn), null, null));
                continue;
            }

            way.Take(fact);
            person.Take(fact);
            activities.Take(fact);
        }

        ImmutableArray<StageEntry> entries = [.. way.Entries.Select(entry => WithNews(entry, ordered, settings))];
        var journey = new Journey
        {
            LeadId = leadId,
            Stage = way.Present.Stage,
            Owner = settings.OwnerOf(way.Present.Stage),
            EnteredAt = way.Present.EnteredAt,
            Entries = entries,
            WatchedFrom = WatchedFrom(entries[^1], activities, settings),
            Deals = way.Deals.List(),
            EmailConsent = person.EmailConsent,
            Profile = person.Erased ? new() : person.Profile,
            ProfileSources = person.Erased ? ImmutableSortedDictionary<PersonProperty, string>.Empty : person.ProfileSources(),
            Identities = person.Erased ? [] : person.Identities(),
            GoneRecords = person.Erased ? [] : [.. person.Identities().Where(records.IsGone)],
            NextActivityAt = activities.NextAt,
            LastActivityAt = activities.LastAt,
            Pauses = activities.Pauses(),
            Held = [.. way.Held],
            Erased = person.Erased,
            Hash = "",
        };
        return journey with { Hash = JourneyHash.Of(journey) };
    }

    /// <summary>Returns why a fact does not count.</summary>
    private static FactEffect EffectOf(Fact fact, HashSet<(string Connector, string TouchId)> withdrawn) =>
        fact is UnknownFact ? FactEffect.None
        : CampaignRules.IsWithdrawn(fact, withdrawn) ? FactEffect.Withdrawn
        : FactEffect.Gone;

    /// <summary>Returns when the stall clock of a stay starts. One that began before the hub starts it with a team's
    /// first work since, because nobody expects it to be overdue on the hub's first day.</summary>
    private static DateTimeOffset? WatchedFrom(StageEntry stay, ActivityFold activities, FunnelSettings settings) =>
        !stay.Past ? stay.EnteredAt : settings.IsBeforeLive(stay.EnteredAt) ? activities.FirstLiveAt : null;

    /// <summary>Returns a stay as news when a tool also reported what the hub read at first meeting.</summary>
    private static StageEntry WithNews(StageEntry entry, Fact[] ordered, FunnelSettings settings) =>
        entry.Past && !settings.IsBeforeLive(entry.EnteredAt) && IsReportedToo(entry, ordered) ? entry with { Past = false } : entry;

    /// <summary>Whether a tool also reported what the hub read at first meeting, which makes it news. The two may have
    /// slightly different timestamps.</summary>
    private static bool IsReportedToo(StageEntry entry, Fact[] ordered)
    {
        var found = ordered.First(fact => fact.DedupeKey == entry.FactKey);
        return ordered.Any(known =>
            !known.Past
                && known.Connector == found.Connector
                && (known.OccurredAt - entry.EnteredAt).Duration() <= SameMoment
                && (known, found) switch
        {
            (StageClaimed claim, StageClaimed other) => claim.Raw == other.Raw,
            (DealChanged deal, DealChanged other) => deal.DealId == other.DealId && (deal.Raw == other.Raw || deal.Status == other.Status),
            _ => false,
        });
    }

    /// <summary>The lead's stays on the stages.</summary>
    private sealed class StageWay
    {
        private readonly FunnelSettings _settings;
        private readonly ICollection<FactJudgement>? _trace;
        private readonly Dictionary<string, FunnelStage> _lastWords = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> _lastRaws = new(StringComparer.Ordinal);

        public StageWay(Fact first, FunnelSettings settings, ICollection<FactJudgement>? trace)
        {
            (_settings, _trace) = (settings, trace);
            Enter(first, new(FunnelStage.Awareness, StagePolicy.FirstHeard, $"first heard of through {first.Connector}"));
        }

        public List<StageEntry> Entries { get; } = [];

        public List<UnmappedStage> Held { get; } = [];

        public DealBook Deals { get; } = new();

        public StageEntry Present => Entries[^1];

        public void Take(Fact fact)
        {
            var step = fact is DealChanged change ? Deals.Apply(change) : null;
            FunnelStage? lastWord = _lastWords.TryGetValue(fact.Connector, out var word) ? word : null;
            var restated = IsRestated(fact);
            var move = restated || fact.IsEchoOf(PersonProperty.Stage)
                ? null
                : StagePolicy.Judge(fact, new(Present.Stage, Present.EnteredAt, Deals, lastWord, step), _settings);
            if (move is { Overrules: false })
            {
                Enter(fact, move);
            }

            _trace?.Add(FactJudgement.Of(fact, restated, move));

            if (fact.Side == ToolSide.Crm
                && !fact.IsEchoOf(PersonProperty.Stage)
                && fact is StageClaimed { Stage: not null } or DealChanged or HandoffReturned)
            {
                _lastWords[fact.Connector] = (fact as StageClaimed)?.Stage ?? Present.Stage;
            }

            if (fact is StageClaimed { Stage: null, Raw: { } raw }
                && !Held.Exists(held => held.Connector == fact.Connector && held.Raw == raw))
            {
                Held.Add(new(fact.Connector, raw, fact.OccurredAt.ToUniversalTime()));
            }
        }

        /// <summary>Whether a CRM repeats its stage without a return in between. Its row states the stage with every
        /// change, so this is not news.</summary>
        private bool IsRestated(Fact fact)
        {
            if (fact is not (StageClaimed or HandoffReturned) || fact is not { Side: ToolSide.Crm, Raw: { } raw })
            {
                return false;
            }

            var restated = _lastRaws.TryGetValue(fact.Connector, out var last) && last == raw;
            _lastRaws[fact.Connector] = raw;
            return restated && fact is (StageClaimed or HandoffReturned { HubWroteLast: true });
        }

        /// <summary>Enters a stage. A stay without length is replaced by the next one of the same instant, and the
        /// stays around it are joined.</summary>
        private void Enter(Fact fact, StageMove move)
        {
            var at = fact.OccurredAt.ToUniversalTime();
            if (Entries.Count > 0 && Present.EnteredAt == at)
            {
                Entries.RemoveAt(Entries.Count - 1);
                if (Entries.Count > 0 && Present.Stage == move.Stage)
                {
                    return;
                }
            }

            var past = fact.Past || _settings.IsBeforeLive(at);
            Entries.Add(new(move.Stage, at, move.Rule, move.Reason, fact.DedupeKey, fact.Connector, past));
        }
    }

    /// <summary>Identity, profile and consent of the person.</summary>
    private sealed class PersonFold
    {
        private readonly HashSet<IdentityKey> _keys = [];
        private readonly ProfileFold _profile = new();

        public LeadProfile Profile => _profile.Profile();

        public ConsentState EmailConsent { get; private set; }

        public bool Erased { get; private set; }

        public void Take(Fact fact)
        {
            switch (fact)
            {
                case ProfileChanged changed:
                    _profile.Take(changed);
                    break;
                case ConsentChanged consent when !consent.IsEchoOf(PersonProperty.Consent):
                    EmailConsent = consent.Email;
                    break;
                case IdentitiesLinked { Keys.IsDefault: false } linked:
                    _keys.UnionWith(linked.Keys);
                    break;
                case IdentitiesUnlinked { Keys.IsDefault: false } unlinked:
                    _keys.ExceptWith(unlinked.Keys);
                    break;
                case PersonErased:
                    Erased = true;
                    break;
            }
        }

        public ImmutableArray<IdentityKey> Identities() =>
        [
            .. _keys
                .OrderBy(key => key.Kind)
                .ThenBy(key => key.Connector, StringComparer.Ordinal)
                .ThenBy(key => key.Id, StringComparer.Ordinal),
        ];

        public ImmutableSortedDictionary<PersonProperty, string> ProfileSources() => _profile.Sources();
    }

    /// <summary>Work and bookings of the teams.</summary>
    private sealed class ActivityFold(FunnelSettings settings)
    {
        private readonly Dictionary<(string Connector, string Id), (DateTimeOffset BookedAt, DateTimeOffset DueAt)> _booked = [];
        private readonly List<StallPause> _pauses = [];

        public DateTimeOffset? LastAt { get; private set; }

        /// <summary>Gets when a team first worked on the lead since the hub began; null for never.</summary>
        public DateTimeOffset? FirstLiveAt { get; private set; }

        public DateTimeOffset? NextAt => _booked.Count == 0 ? null : _booked.Values.Min(booking => booking.DueAt);

        public void Take(Fact fact)
        {
            if (fact is ActivityLogged or ActivityBooked or HandoffAccepted or HandoffReturned)
            {
                LastAt = fact.OccurredAt.ToUniversalTime();
                FirstLiveAt ??= settings.IsBeforeLive(fact.OccurredAt) ? null : LastAt;
            }

            if (fact is not ActivityBooked activity)
            {
                return;
            }

            var key = (activity.Connector, activity.ActivityId);
            var at = activity.OccurredAt.ToUniversalTime();
            if (_booked.Remove(key, out var earlier))
            {
                Pause(earlier.BookedAt, at < earlier.DueAt ? at : earlier.DueAt);
            }

            if (DueOf(activity) is { } due)
            {
                _booked[key] = (at, due.ToUniversalTime());
            }
        }

        private DateTimeOffset? DueOf(ActivityBooked activity) =>
            activity.DueAt
                ?? (
                    activity.DueOn is { } day
                        ? settings.CalendarOf(activity.Side == ToolSide.Marketing ? Team.Marketing : Team.Sales).EndOf(day)
                        : null);

        /// <summary>Returns the pauses of all bookings; overlapping and adjacent ones are joined.</summary>
        public ImmutableArray<StallPause> Pauses()
        {
            foreach (var (bookedAt, dueAt) in _booked.Values)
            {
                Pause(bookedAt, dueAt);
            }

            var joined = new List<StallPause>(_pauses.Count);
            foreach (var pause in _pauses.OrderBy(pause => pause.From))
            {
                if (joined.Count > 0 && pause.From <= joined[^1].To)
                {
                    joined[^1] = joined[^1] with { To = pause.To > joined[^1].To ? pause.To : joined[^1].To };
                }
                else
                {
                    joined.Add(pause);
                }
            }

            return [.. joined];
        }

        private void Pause(DateTimeOffset from, DateTimeOffset to)
        {
            if (from < to)
            {
                _pauses.Add(new(from, to));
            }
        }
    }
}

using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>The lead's stays on the stages during the fold.</summary>
internal sealed class StageFold(FunnelSettings settings, ICollection<FactJudgement>? trace)
{
    /// <summary>More stays forget the earliest after the first.</summary>
    public const int MostEntries = 200;

    /// <summary>Further unmapped stage names are not noted.</summary>
    public const int MostHeld = 100;

    private readonly Dictionary<string, SummedWord> _lastWords = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SummedRaw> _lastRaws = new(StringComparer.Ordinal);
    private readonly List<StageEntry> _entries = [];
    private readonly List<UnmappedStage> _held = [];
    private readonly StageNews _news = new();
    private DateTimeOffset _saidAt = DateTimeOffset.MinValue;
    private DateTimeOffset? _crmSaidAt;

    public DealBook Deals { get; } = new();

    public IReadOnlyList<StageEntry> Entries => _entries;

    public IReadOnlyList<UnmappedStage> Held => _held;

    private StageEntry Present => _entries[^1];

    /// <summary>Enters Awareness, unless the lead is on a stage.</summary>
    public void Open(Fact first)
    {
        if (_entries.Count == 0)
        {
            Enter(first, new(FunnelStage.Awareness, StagePolicy.FirstHeard, $"first heard of through {first.Connector}"));
        }
    }

    /// <summary>Looks at a fact that may not count: what a tool reported is news even then.</summary>
    public void Hear(Fact fact)
    {
        foreach (var stay in _news.Hear(fact))
        {
            var index = _entries.FindIndex(entry => entry.EnteredAt == stay);
            _entries[index] = _entries[index] with { Past = false };
        }
    }

    public void Take(Fact fact)
    {
        Open(fact);
        var step = fact is DealChanged change ? Deals.Apply(change) : null;
        FunnelStage? lastWord = _lastWords.TryGetValue(fact.Connector, out var word) ? word.Stage : null;
        var restated = IsRestated(fact);
        var move = restated || fact.IsEchoOf(PersonProperty.Stage)
            ? null
            : StagePolicy.Judge(fact, new(Present.Stage, Present.EnteredAt, Deals, lastWord, step), settings);
        if (move is { Overrules: false })
        {
            Enter(fact, move);
        }

        trace?.Add(FactJudgement.Of(fact, restated, move));
        Note(fact);
    }

    /// <summary>Takes the stays of a sum. Facts that came late or with a merge, and are older than its last word, do not
    /// move its stays. They count only when they are the last word of a CRM about a lead that is or was with sales.</summary>
    public void Join(FactsSummed summed)
    {
        var theirs = summed.Stages;
        var stay = _entries.Count > 0 && HasLastWord(theirs) ? Present : null;
        var floor = Deals.FloorWithout(summed.Deals) is { } mine && Present.Stage >= mine ? mine : FunnelStage.Awareness;
        Deals.Join(summed.Deals);
        foreach (var word in theirs.LastWords.Where(word => !(_lastWords.GetValueOrDefault(word.Connector)?.At > word.At)))
        {
            _lastWords[word.Connector] = word;
        }

        foreach (var raw in theirs.LastRaws.Where(raw => !(_lastRaws.GetValueOrDefault(raw.Connector)?.At > raw.At)))
        {
            _lastRaws[raw.Connector] = raw;
        }

        foreach (var held in theirs.Held)
        {
            Hold(held);
        }

        _entries.Clear();
        _entries.AddRange(stay is null ? theirs.Entries : theirs.Entries.Where(entry => entry.EnteredAt < stay.EnteredAt));
        if (stay is not null && (_entries.Count == 0 || Present.Stage != stay.Stage))
        {
            Add(stay);
        }

        _news.Join(theirs.Reports, theirs.Found);
        _saidAt = _saidAt > theirs.SaidAt ? _saidAt : theirs.SaidAt;
        _crmSaidAt = _crmSaidAt > theirs.CrmSaidAt ? _crmSaidAt : theirs.CrmSaidAt ?? _crmSaidAt;
        if (floor > Present.Stage)
        {
            // The deal is of late facts or of another lead, and no return has overruled it.
            Enter(summed, new(floor, StagePolicy.OpenDeal, "a deal is open"));
        }

        trace?.Add(new(summed, FactEffect.None, null, null));
    }

    /// <summary>Returns the stays for a sum.</summary>
    /// <param name="last">When the last summed fact happened.</param>
    public SummedStages Sum(DateTimeOffset last)
    {
        var (reports, found) = _news.Since(last);
        return new(
            [.. _entries], [.. _held], [.. _lastWords.Values], [.. _lastRaws.Values], _saidAt, _crmSaidAt, reports, found);
    }

    /// <summary>Whether the stay of late facts counts against the stays of a sum.</summary>
    private bool HasLastWord(SummedStages theirs) =>
        _crmSaidAt is { } mine
            && !(theirs.CrmSaidAt >= mine)
            && (settings.OwnerOf(Present.Stage) == Team.Sales || settings.OwnerOf(theirs.Entries[^1].Stage) == Team.Sales);

    private void Note(Fact fact)
    {
        if (fact is StageClaimed { Stage: not null } or DealChanged or HandoffReturned
            or CampaignTouched { Touch: not TouchKind.PageVisit } && !fact.IsEchoOf(PersonProperty.Stage))
        {
            var at = fact.OccurredAt.ToUniversalTime();
            _saidAt = at > _saidAt ? at : _saidAt;
            _crmSaidAt = fact.Side == ToolSide.Crm && !(_crmSaidAt > at) ? at : _crmSaidAt;
        }

        if (fact.Side == ToolSide.Crm
            && !fact.IsEchoOf(PersonProperty.Stage)
            && fact is StageClaimed { Stage: not null } or DealChanged or HandoffReturned)
        {
            _lastWords[fact.Connector] =
                new(fact.Connector, (fact as StageClaimed)?.Stage ?? Present.Stage, fact.OccurredAt.ToUniversalTime());
        }

        if (fact is StageClaimed { Stage: null, Raw: { } unmapped })
        {
            Hold(new(fact.Connector, unmapped, fact.OccurredAt.ToUniversalTime()));
        }
    }

    private void Hold(UnmappedStage stage)
    {
        if (_held.Count < MostHeld && !_held.Exists(held => held.Connector == stage.Connector && held.Raw == stage.Raw))
        {
            _held.Add(stage);
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

        var last = _lastRaws.GetValueOrDefault(fact.Connector);
        var restated = last?.Raw == raw;
        var at = fact.OccurredAt.ToUniversalTime();
        _lastRaws[fact.Connector] = restated ? last! with { At = at } : new(fact.Connector, raw, at, at);
        return restated && fact is (StageClaimed or HandoffReturned { HubWroteLast: true });
    }

    /// <summary>Enters a stage. A stay without length is replaced by the next one of the same instant, and the
    /// stays around it are joined.</summary>
    private void Enter(Fact fact, StageMove move)
    {
        var at = fact.OccurredAt.ToUniversalTime();
        _saidAt = at > _saidAt ? at : _saidAt;
        if (_entries.Count > 0 && Present.EnteredAt == at)
        {
            _entries.RemoveAt(_entries.Count - 1);
            _news.Leave(at);
            if (_entries.Count > 0 && Present.Stage == move.Stage)
            {
                return;
            }
        }

        var past = settings.IsBeforeLive(at) || (fact.Past && !_news.Enter(fact));
        Add(new(move.Stage, at, move.Rule, move.Reason, fact.DedupeKey, fact.Connector, past));
    }

    private void Add(StageEntry entry)
    {
        _entries.Add(entry);
        if (_entries.Count > MostEntries)
        {
            _entries.RemoveAt(1);
        }
    }
}

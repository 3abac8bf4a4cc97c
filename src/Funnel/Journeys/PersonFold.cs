using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>Identity, profile and consent of the person during the fold.</summary>
internal sealed class PersonFold
{
    private readonly Dictionary<IdentityKey, (bool Linked, DateTimeOffset At)> _keys = [];
    private readonly ProfileFold _profile = new();
    private DateTimeOffset? _consentAt;

    public LeadProfile Profile => _profile.Profile();

    public ConsentState EmailConsent { get; private set; }

    public bool Erased { get; private set; }

    /// <param name="isLate">Whether a known word of the same instant wins.</param>
    public void Take(Fact fact, bool isLate)
    {
        switch (fact)
        {
            case FactsSummed summed:
                Join(summed.Person);
                break;
            case ProfileChanged changed:
                _profile.Take(changed, isLate);
                break;
            case ConsentChanged consent when !consent.IsEchoOf(PersonProperty.Consent):
                Say(consent.Email, fact.OccurredAt, isLate);
                break;
            case IdentitiesLinked { Keys.IsDefault: false } linked:
                Set(linked.Keys, true, fact.OccurredAt, isLate);
                break;
            case IdentitiesUnlinked { Keys.IsDefault: false } unlinked:
                Set(unlinked.Keys, false, fact.OccurredAt, isLate);
                break;
            case PersonErased:
                Erased = true;
                break;
        }
    }

    public ImmutableArray<IdentityKey> Identities() =>
    [
        .. _keys
            .Where(key => key.Value.Linked)
            .Select(key => key.Key)
            .OrderBy(key => key.Kind)
            .ThenBy(key => key.Connector, StringComparer.Ordinal)
            .ThenBy(key => key.Id, StringComparer.Ordinal),
    ];

    public ImmutableSortedDictionary<PersonProperty, string> ProfileSources() => _profile.Sources();

    public SummedPerson Sum() => new(
        [.. _keys.Select(key => new SummedKey(key.Key, key.Value.Linked, key.Value.At))], _profile.Sum(), EmailConsent, _consentAt, Erased);

    private void Join(SummedPerson summed)
    {
        foreach (var key in summed.Keys)
        {
            Set([key.Key], key.Linked, key.At, false);
        }

        _profile.Join(summed.Profile);
        Erased |= summed.Erased;
        if (summed.ConsentAt is { } at)
        {
            Say(summed.Consent, at, false);
        }
    }

    private void Say(ConsentState consent, DateTimeOffset at, bool isLate)
    {
        if (_consentAt is null || _consentAt < at || (_consentAt == at && !isLate))
        {
            (EmailConsent, _consentAt) = (consent, at.ToUniversalTime());
        }
    }

    private void Set(ImmutableArray<IdentityKey> keys, bool linked, DateTimeOffset at, bool isLate)
    {
        foreach (var key in keys)
        {
            if (!_keys.TryGetValue(key, out var last) || last.At < at || (last.At == at && !isLate))
            {
                _keys[key] = (linked, at.ToUniversalTime());
            }
        }
    }
}

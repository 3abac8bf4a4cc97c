using System.Collections.Immutable;
using System.Globalization;

namespace IntegrationHub.Funnel;

/// <summary>The profile during the fold: for each property the latest value that was news. A CRM's row repeats all its
/// properties with every change, so repeated values and the hub's own writes are not news.</summary>
internal sealed class ProfileFold
{
    private const string Email = "Email", Score = "Score";

    private readonly PropertyFold?[] _properties = new PropertyFold?[LeadProfile.Properties.Length];
    private PropertyFold? _email, _score;

    /// <summary>Applies a change. Null is unchanged, and empty clears.</summary>
    /// <param name="isLate">Whether a known word of the same instant wins.</param>
    public void Take(ProfileChanged fact, bool isLate)
    {
        var change = fact.Profile;
        Take(ref _email, fact, isLate, change.Email, change.Email);
        Take(
            ref _score, fact, isLate, fact.ScoreCleared ? "" : change.Score?.ToString(CultureInfo.InvariantCulture),
            change.Score?.ToString("0.############################", CultureInfo.InvariantCulture));
        for (var i = 0; i < _properties.Length; i++)
        {
            var property = LeadProfile.Properties[i];
            Take(ref _properties[i], fact, isLate, change.Of(property), change.ComparableOf(property), fact.IsEchoOf(property));
        }
    }

    public LeadProfile Profile()
    {
        var phone = Fold(PersonProperty.Phone);
        return new()
        {
            Email = _email?.Value,
            FirstName = Fold(PersonProperty.FirstName)?.Value,
            LastName = Fold(PersonProperty.LastName)?.Value,
            Company = Fold(PersonProperty.Company)?.Value,
            JobTitle = Fold(PersonProperty.JobTitle)?.Value,
            Phone = phone?.Value,
            ComparablePhone = phone?.Comparable is { Length: > 0 } comparable && comparable != phone.Value ? comparable : null,
            Region = Fold(PersonProperty.Region)?.Value,
            Segment = Fold(PersonProperty.Segment)?.Value,
            Score = _score?.Value is { } score ? decimal.Parse(score, NumberStyles.Number, CultureInfo.InvariantCulture) : null,
        };
    }

    /// <summary>Returns the connector behind each known property.</summary>
    public ImmutableSortedDictionary<PersonProperty, string> Sources() =>
        LeadProfile.Properties.Where(property => Fold(property)?.Source is not null)
            .ToImmutableSortedDictionary(property => property, property => Fold(property)!.Source!);

    /// <summary>Adds the words of a sum. Of two words of a tool, and of two that count, the later counts.</summary>
    public void Join(ImmutableArray<SummedProperty> summed)
    {
        foreach (var property in summed)
        {
            (FoldOf(property.Name) ??= new()).Join(property);
        }
    }

    public ImmutableArray<SummedProperty> Sum()
    {
        IEnumerable<(string Name, PropertyFold? Fold)> all =
        [
            (Email, _email), (Score, _score),
            .. LeadProfile.Properties.Select((property, index) => (property.ToString(), _properties[index])),
        ];
        return [.. all.Where(property => property.Fold is not null).Select(property => property.Fold!.Sum(property.Name))];
    }

    private ref PropertyFold? FoldOf(string name)
    {
        if (name == Email)
        {
            return ref _email;
        }

        if (name == Score)
        {
            return ref _score;
        }

        return ref _properties[LeadProfile.Properties.IndexOf(Enum.Parse<PersonProperty>(name))];
    }

    private PropertyFold? Fold(PersonProperty property) => _properties[LeadProfile.Properties.IndexOf(property)];

    private static void Take(
        ref PropertyFold? fold, Fact fact, bool isLate, string? value, string? comparable, bool isEcho = false)
    {
        if (value is not null)
        {
            var at = fact.OccurredAt.ToUniversalTime();
            (fold ??= new()).Take(new(fact.Connector, value, comparable ?? "", isEcho, at, at), isLate);
        }
    }

    /// <summary>One property. A tool that clears it removes its own value only. When that value was the present one,
    /// the latest of the other tools' values returns.</summary>
    private sealed class PropertyFold
    {
        /// <summary>The last value of each tool, latest last.</summary>
        private readonly List<ProfileWord> _said = new(1);
        private ProfileWord? _present;

        public string? Value => _present?.Value;

        public string? Comparable => _present?.Comparable;

        public string? Source => _present?.Connector;

        public void Take(ProfileWord word, bool isLate)
        {
            var before = _said.Find(said => said.Connector == word.Connector);
            if (word.Comparable == (before?.Comparable ?? "") || IsLater(before?.HeardAt, word.At, isLate))
            {
                Repeat(before, word.At);
                return;
            }

            Say(word, before);
            if (word is { IsEcho: false, Value.Length: > 0 })
            {
                _present = IsLater(_present?.At, word.At, isLate) ? _present : word;
            }
            else if (!word.IsEcho && _present?.Connector == word.Connector)
            {
                _present = _said.FindLast(said => said is { IsEcho: false, Value.Length: > 0 });
            }
        }

        public SummedProperty Sum(string name) => new(name, [.. _said], _present);

        public void Join(SummedProperty theirs)
        {
            var mine = _present;
            foreach (var word in theirs.Said)
            {
                var before = _said.Find(said => said.Connector == word.Connector);
                if (before is null || before.HeardAt <= word.HeardAt)
                {
                    Say(word, before);
                }
            }

            // A word that its tool has cleared since does not count again, nor one that it cleared at the same instant.
            _present = mine is not null
                && (theirs.Present is null || mine.At > theirs.Present.At)
                && _said.Exists(word => (word.Connector, word.At, word.Value) == (mine.Connector, mine.At, mine.Value))
                ? mine : theirs.Present;
        }

        private static bool IsLater(DateTimeOffset? known, DateTimeOffset at, bool isLate) => known > at || (isLate && known == at);

        private void Repeat(ProfileWord? before, DateTimeOffset at)
        {
            if (before is not null && before.HeardAt < at)
            {
                _said[_said.IndexOf(before)] = before with { HeardAt = at };
            }
        }

        /// <summary>Notes a word as its tool's last, in the order of time.</summary>
        private void Say(ProfileWord word, ProfileWord? before)
        {
            if (before is not null)
            {
                _said.Remove(before);
            }

            _said.Insert(_said.FindLastIndex(said => said.At <= word.At) + 1, word);
        }
    }
}

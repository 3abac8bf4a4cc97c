using System.Collections.Immutable;
using System.Globalization;

namespace IntegrationHub.Funnel;

/// <summary>The profile during the fold: for each property the latest value that was news. A CRM's row repeats all its
/// properties with every change, so repeated values and the hub's own writes are not news.</summary>
internal sealed class ProfileFold
{
    private readonly PropertyFold?[] _properties = new PropertyFold?[LeadProfile.Properties.Length];
    private PropertyFold? _email, _score;

    /// <summary>Applies a change. Null is unchanged, and empty clears.</summary>
    public void Take(ProfileChanged fact)
    {
        var change = fact.Profile;
        Take(ref _email, fact, change.Email, change.Email);
        Take(
            ref _score, fact, fact.ScoreCleared ? "" : change.Score?.ToString(CultureInfo.InvariantCulture),
            change.Score?.ToString("0.############################", CultureInfo.InvariantCulture));
        for (var i = 0; i < _properties.Length; i++)
        {
            var property = LeadProfile.Properties[i];
            Take(ref _properties[i], fact, change.Of(property), change.ComparableOf(property), fact.IsEchoOf(property));
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

    private PropertyFold? Fold(PersonProperty property) => _properties[LeadProfile.Properties.IndexOf(property)];

    private static void Take(ref PropertyFold? fold, Fact fact, string? value, string? comparable, bool isEcho = false)
    {
        if (value is not null)
        {
            (fold ??= new()).Take(new(fact.Connector, value, comparable ?? "", isEcho));
        }
    }

    /// <summary>One property. A tool that clears it removes its own value only. When that value was the present one,
    /// the latest of the other tools' values returns.</summary>
    private sealed class PropertyFold
    {
        /// <summary>The last value of each tool, latest last.</summary>
        private readonly List<Word> _said = new(1);
        private Word? _present;

        public string? Value => _present?.Value;

        public string? Comparable => _present?.Comparable;

        public string? Source => _present?.Connector;

        public void Take(Word word)
        {
            var before = _said.Find(said => said.Connector == word.Connector);
            if (word.Comparable == (before?.Comparable ?? ""))
            {
                return;
            }

            if (before is not null)
            {
                _said.Remove(before);
            }

            _said.Add(word);
            if (word is { IsEcho: false, Value.Length: > 0 })
            {
                _present = word;
            }
            else if (!word.IsEcho && _present?.Connector == word.Connector)
            {
                _present = _said.FindLast(said => said is { IsEcho: false, Value.Length: > 0 });
            }
        }
    }

    private sealed record Word(string Connector, string Value, string Comparable, bool IsEcho);
}

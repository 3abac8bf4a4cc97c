using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Generic;

/// <summary>Maps a body to events by the rules of the settings. Pure.</summary>
internal static class GenericMapper
{
    private const int DayLength = 10;

    private static readonly ImmutableArray<string> Email = ["email"];

    /// <summary>Parses JSON; null when it is neither an object nor an array.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body) => WellFormed.Parse(
        body, static root => root.ValueKind is JsonValueKind.Object or JsonValueKind.Array);

    /// <summary>Parses a form; null when it has no field with a name.</summary>
    public static FormFields? ParseForm(ReadOnlyMemory<byte> body) =>
        body.Span.Contains((byte)'=') && body.Span is not [(byte)'{' or (byte)'[', ..] && FormFields.Parse(body) is var form
        && form.Canonical().Split('&').Any(pair => pair.IndexOf('=', StringComparison.Ordinal) > 0 && pair[^1] != '=') ? form : null;

    /// <summary>Maps the items of a body, without duplicates, in order of appearance.</summary>
    public static IReadOnlyList<SourceEvent> Map(IEnumerable<Seen> items, GenericOptions options) =>
        [.. items.SelectMany(item => OfItem(item, options)).DistinctBy(source => source.DedupeKey)];

    private static List<SourceEvent> OfItem(Seen seen, GenericOptions options)
    {
        var events = new List<SourceEvent>();
        foreach (var rule in options.Rules.Where(rule => rule.When.All(condition => condition.Holds(seen))))
        {
            var source = OfRule(rule, seen, options);
            events.Add(events.Count == 0 ? source : source with { DedupeKey = $"{source.DedupeKey}|{rule.Name}" });
            if (!rule.Continue)
            {
                break;
            }
        }

        if (events.Count > 0)
        {
            return events;
        }

        var kind = options.UnreadName.Write(place => place.Text(seen)).Trim();
        return
        [
            new UnreadEvent(new($"{options.Name}|unread|{seen.Hash()}", options.Side, null))
            {
                VendorKind = kind.Length > 0 ? kind : "no rule",
            },
        ];
    }

    private static SourceEvent OfRule(GenericRule rule, Seen seen, GenericOptions options)
    {
        var header = HeaderOf(rule, seen, options);
        if (rule.Kind == GenericKind.Ignored)
        {
            return new IgnoredEvent(header);
        }

        var source = rule.IsOfDeal ? OfDeal(rule, header, seen, options)
            : header.People.IsEmpty && header.SubjectEmail is null ? null
            : OfPerson(rule, header, seen, options);
        return source switch
        {
            null => UnreadableEvent.Of(options.Name, rule.Side, seen.Hash(), $"rule {rule.Name} finds no value that its kind needs"),
            LeadEvent lead => lead with { OnlyIfKnown = rule.OnlyIfKnown, NeedsEnrichment = LackingOf(rule, lead, options) },
            _ => source,
        };
    }

    private static EventHeader HeaderOf(GenericRule rule, Seen seen, GenericOptions options)
    {
        var person = Text(rule, GenericField.PersonId, seen);
        var isNamed = rule.Dedupe.Values.Any(place => place.Text(seen) is not null);
        var key = isNamed ? rule.Dedupe.Write(place => place.Text(seen)) : seen.Hash();
        return new(
            $"{options.Name}|{key}", rule.Side, GenericTimes.Parse(Text(rule, GenericField.OccurredAt, seen), options.TimeFormat))
        {
            ExternalIds = rule.Ids.Select(id => (id.Key, Id: id.Value.Text(seen))).Where(id => id.Id is not null)
                .ToImmutableSortedDictionary(id => id.Key, id => id.Id!),
            People = person is null ? [] : [IdentityKey.Person(options.Name, person)],
            SubjectEmail = AddressOf(Text(rule, GenericField.Email, seen)),
        };
    }

    private static PersonEvent? OfPerson(GenericRule rule, EventHeader header, Seen seen, GenericOptions options)
    {
        PersonEvent? source = rule.Kind switch
        {
            GenericKind.Created => Created(rule, header, seen, options),
            GenericKind.Updated => new ContactUpdatedEvent(header)
            {
                Owner = Text(rule, GenericField.Owner, seen), ScoreCleared = Said(rule, GenericField.Score, seen) == "",
            },
            GenericKind.Stage => Staged(rule, header, seen, options),
            GenericKind.EmailChanged => new EmailChangedEvent(header)
            {
                PreviousEmail = AddressOf(Text(rule, GenericField.PreviousEmail, seen)),
            },
            GenericKind.Consent => options.Consents.TryGetValue(Text(rule, GenericField.Consent, seen) ?? "", out var consent)
                ? Consented(header, consent) : null,
            GenericKind.Subscribed => Consented(header, MailConsent.Subscribed),
            GenericKind.Unsubscribed => Consented(header, MailConsent.Unsubscribed),
            GenericKind.Bounced => Consented(header, MailConsent.Bounced),
            GenericKind.Complained => Consented(header, MailConsent.Complained),
            GenericKind.Merged => Merged(rule, header, seen, options),
            GenericKind.Deleted => new ContactDeletedEvent(header),
            GenericKind.PrivacyDeleted => new PrivacyDeletedEvent(header),
            _ => Touched(rule, header, seen),
        };
        return source is null or ContactDeletedEvent or PrivacyDeletedEvent ? source : source with
        {
            Profile = ProfileOf(rule, header, seen, options),
            FurtherEmails = [.. Items(rule, GenericField.FurtherEmails, seen).Select(AddressOf).OfType<string>().Distinct()],
        };
    }

    private static ContactCreatedEvent Created(GenericRule rule, EventHeader header, Seen seen, GenericOptions options)
    {
        var raw = Text(rule, GenericField.Stage, seen);
        return new(header) { ToStageRaw = raw, Stage = raw is null ? rule.Means : MeaningOf(raw, options) };
    }

    /// <summary>Maps a stage. A record without one has changed in something else.</summary>
    private static PersonEvent Staged(GenericRule rule, EventHeader header, Seen seen, GenericOptions options) =>
        Text(rule, GenericField.Stage, seen) is { } raw
            ? new StageChangedEvent(header)
            {
                FromStageRaw = Text(rule, GenericField.FromStage, seen), ToStageRaw = raw, Stage = MeaningOf(raw, options),
                Owner = Text(rule, GenericField.Owner, seen),
            }
            : new ContactUpdatedEvent(header);

    private static ConsentChangedEvent Consented(EventHeader header, MailConsent consent) => new(header)
    {
        Consent = consent, Stage = consent == MailConsent.Subscribed ? FunnelStage.Awareness : null,
    };

    private static ContactMergedEvent? Merged(GenericRule rule, EventHeader header, Seen seen, GenericOptions options)
    {
        if (header.People is not [var survivor])
        {
            return null;
        }

        var gone = Items(rule, GenericField.MergedIds, seen).Where(id => id != survivor.Id).Distinct().ToList();
        return gone.Count == 0 ? null : new(header) { Merged = [.. gone.Select(id => IdentityKey.Person(options.Name, id))] };
    }

    private static ActivityEvent Touched(GenericRule rule, EventHeader header, Seen seen)
    {
        TouchKind? touch = rule.Kind switch
        {
            GenericKind.Visit => TouchKind.PageVisit,
            GenericKind.Form => TouchKind.Form,
            GenericKind.Open => TouchKind.Open,
            GenericKind.Click => TouchKind.Click,
            GenericKind.Conversion => TouchKind.Conversion,
            GenericKind.Activity => null,
            _ => throw new InvalidOperationException($"Unknown kind {rule.Kind}."),
        };
        return new(header)
        {
            Touch = touch,
            Stage = rule.Means ?? touch switch { null => null, TouchKind.PageVisit => FunnelStage.Awareness, _ => FunnelStage.Interest },
            Campaign = Text(rule, GenericField.Campaign, seen),
            Detail = Text(rule, GenericField.Detail, seen),
            Owner = Text(rule, GenericField.Owner, seen),
        };
    }

    private static SourceEvent? OfDeal(GenericRule rule, EventHeader header, Seen seen, GenericOptions options)
    {
        if (Text(rule, GenericField.DealId, seen) is not { } id)
        {
            return null;
        }

        var raw = Text(rule, GenericField.Stage, seen);
        var meaning = MeaningOf(Text(rule, GenericField.DealStatus, seen), raw, options);
        var amount = AmountOf(Text(rule, GenericField.Amount, seen), options);
        var (from, currency) = (Text(rule, GenericField.FromStage, seen), Text(rule, GenericField.Currency, seen)?.ToUpperInvariant());
        return rule.Kind switch
        {
            GenericKind.DealDeleted => new DealDeletedEvent(header) { DealId = id },
            GenericKind.Left when !header.People.IsEmpty => new AssociationRemovedEvent(header) { DealId = id },
            GenericKind.Joined when !header.People.IsEmpty => new AssociationAddedEvent(header)
            {
                DealId = id, ToStageRaw = raw, Meaning = meaning, Amount = amount, Currency = currency,
            },
            GenericKind.Joined or GenericKind.Left => null,
            _ => new DealChangedEvent(header)
            {
                DealId = id, IsNew = rule.Kind == GenericKind.DealCreated, FromStageRaw = from, ToStageRaw = raw, Meaning = meaning,
                Amount = amount, Currency = currency, Owner = Text(rule, GenericField.Owner, seen),
                ClosedOn = DayOf(Text(rule, GenericField.ClosedOn, seen)), LostReason = Text(rule, GenericField.LostReason, seen),
                Cleared = ClearedOf(rule, seen),
            },
        };
    }

    /// <summary>Returns what a deal means: its status first, because a won deal keeps its last stage.</summary>
    private static DealStageMeaning? MeaningOf(string? status, string? stage, GenericOptions options) =>
        options.DealStatuses.GetValueOrDefault(status ?? "", DealStatus.Open) switch
        {
            DealStatus.Won => DealStageMeaning.Won,
            DealStatus.Lost => DealStageMeaning.Lost,
            _ => options.DealStages.TryGet(stage, out var meaning) ? meaning : null,
        };

    private static ImmutableArray<DealProperty> ClearedOf(GenericRule rule, Seen seen) =>
    [
        .. Said(rule, GenericField.Amount, seen) == "" ? [DealProperty.Amount] : Array.Empty<DealProperty>(),
        .. Said(rule, GenericField.Currency, seen) == "" ? [DealProperty.Currency] : Array.Empty<DealProperty>(),
        .. Said(rule, GenericField.Owner, seen) == "" ? [DealProperty.Owner] : Array.Empty<DealProperty>(),
        .. Said(rule, GenericField.ClosedOn, seen) == "" ? [DealProperty.ClosedOn] : Array.Empty<DealProperty>(),
        .. Said(rule, GenericField.LostReason, seen) == "" ? [DealProperty.LostReason] : Array.Empty<DealProperty>(),
    ];

    /// <summary>Returns the day with which a text begins; null for none.</summary>
    private static DateOnly? DayOf(string? text) =>
        text is { Length: >= DayLength }
        && DateOnly.TryParseExact(text.AsSpan(0, DayLength), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : null;

    private static decimal? AmountOf(string? text, GenericOptions options) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var amount) ? amount / options.AmountDivisor : null;

    /// <summary>Returns the profile; null when the rule has no place of one.</summary>
    private static LeadProfile? ProfileOf(GenericRule rule, EventHeader header, Seen seen, GenericOptions options)
    {
        var phone = Known(rule, GenericField.Phone, seen);
        var whole = Text(rule, GenericField.Name, seen);
        var blank = whole?.LastIndexOf(' ') ?? -1;
        var profile = new LeadProfile
        {
            Email = header.SubjectEmail,
            FirstName = Known(rule, GenericField.FirstName, seen) ?? (blank > 0 ? whole![..blank].Trim() : null),
            LastName = Known(rule, GenericField.LastName, seen) ?? whole?[(blank + 1)..],
            Company = Known(rule, GenericField.Company, seen),
            JobTitle = Known(rule, GenericField.JobTitle, seen),
            Phone = phone,
            ComparablePhone = PhoneNumber.Comparable(phone, options.PhoneRegion),
            Region = Known(rule, GenericField.Region, seen),
            Segment = Known(rule, GenericField.Segment, seen),
            Score = decimal.TryParse(
                Text(rule, GenericField.Score, seen), NumberStyles.Float, CultureInfo.InvariantCulture, out var score) ? score : null,
        };
        return profile == new LeadProfile() ? null : profile;
    }

    /// <summary>Returns what the tool must be asked: nothing without a way to ask it.</summary>
    private static ImmutableArray<string> LackingOf(GenericRule rule, LeadEvent source, GenericOptions options) =>
        !rule.Lacks.IsEmpty ? rule.Lacks
        : options.Person is not null && source.SubjectEmail is null && !source.People.IsEmpty
            && source is not (ContactDeletedEvent or PrivacyDeletedEvent or DealDeletedEvent or AssociationRemovedEvent)
            ? Email : [];

    private static FunnelStage? MeaningOf(string raw, GenericOptions options) => options.Stages.TryGet(raw, out var stage) ? stage : null;

    private static string? AddressOf(string? text) => EmailAddress.TryParse(text, out var email) ? email.Address : null;

    private static string? Text(GenericRule rule, GenericField field, Seen seen) => rule.Fields.GetValueOrDefault(field)?.Text(seen);

    private static string? Said(GenericRule rule, GenericField field, Seen seen) => rule.Fields.GetValueOrDefault(field)?.Said(seen);

    /// <summary>Returns a profile value: "" when the tool cleared it, null when it is missing or withheld.</summary>
    private static string? Known(GenericRule rule, GenericField field, Seen seen) =>
        Said(rule, field, seen) is { } text && !Withheld.Is(text) ? text : null;

    private static IReadOnlyList<string> Items(GenericRule rule, GenericField field, Seen seen) =>
        rule.Fields.GetValueOrDefault(field)?.Items(seen) ?? [];
}

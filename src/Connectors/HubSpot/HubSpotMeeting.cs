using System.Collections.Immutable;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>Reads what a new person's record adds to the event: stage, opt-out and deals, each with its own time.
/// Anything older than the event is marked as past: it counts, but causes no alert.</summary>
internal static class HubSpotMeeting
{
    /// <summary>The largest difference between timestamps of properties that were saved together.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(1);

    /// <summary>Returns the events found on the records of people.</summary>
    public static async Task<IReadOnlyList<SourceEvent>> FoundAsync(
        IEnumerable<PersonEvent> events, IReadOnlyDictionary<string, HubSpotObjectWire> contacts, HubSpotClient client,
        HubSpotOptions options, CancellationToken cancellationToken)
    {
        var mapped = events.ToList();
        var met = mapped.GroupBy(source => source.People[0].Id)
            .Where(person => contacts.ContainsKey(person.Key)).Select(person => new Meeting(person.Key, contacts[person.Key], [.. person]))
            .ToList();
        var deals = await client.DealsOfContactsAsync([.. met.Select(person => person.Id)], cancellationToken);
        var found = met.SelectMany(person => OfContact(person, options)).ToList();
        if (deals.Count > 0)
        {
            var states = await client.DealsWithHistoryAsync([.. deals.Values.SelectMany(ids => ids).Distinct()], cancellationToken);
            foreach (var person in met)
            {
                foreach (var deal in deals.GetValueOrDefault(person.Id, []).Select(
                    id => states.GetValueOrDefault(id)).OfType<HubSpotObjectWire>())
                {
                    found.AddRange(await OfDealAsync(person, deal, client, options, cancellationToken));
                }
            }
        }

        return found;
    }

    /// <summary>Returns the contact's own facts, except those that an event carries itself.</summary>
    private static IEnumerable<SourceEvent> OfContact(Meeting person, HubSpotOptions options)
    {
        if (person.Record.Text("lifecyclestage") is { } raw
            && !person.Events.Exists(source => source is IStageEvent { ToStageRaw: not null }))
        {
            var known = options.Stages.TryGet(raw, out var stage);
            var since = person.Record.Since("lifecyclestage");
            yield return new StageChangedEvent(Header(person, "lifecyclestage", since, ToolSide.Marketing, options))
            {
                ToStageRaw = raw, Stage = known ? stage : null, Past = IsPast(person, since),
            };
        }

        if (person.Record.Text("hs_email_optout") == "true"
            && !person.Events.Exists(source => source is ConsentChangedEvent))
        {
            var since = person.Record.Since("hs_email_optout");
            yield return new ConsentChangedEvent(Header(person, "hs_email_optout", since, ToolSide.Marketing, options))
            {
                Consent = MailConsent.Unsubscribed, Past = IsPast(person, since),
            };
        }
    }

    private static async Task<IEnumerable<SourceEvent>> OfDealAsync(
        Meeting person, HubSpotObjectWire deal, HubSpotClient client, HubSpotOptions options, CancellationToken cancellationToken)
    {
        if (deal.Text("dealstage") is not { } raw || deal.Id is not { } id)
        {
            return [];
        }

        var since = deal.Since("dealstage");
        var found = new DealChangedEvent(Header(person, $"deal {id}", since, ToolSide.Crm, options))
        {
            DealId = id,
            Amount = HubSpotMapper.Amount(deal.Text("amount")),
            Currency = deal.Text("deal_currency_code"),
            Owner = deal.Text("hubspot_owner_id"),
            ClosedOn = HubSpotMapper.Day(deal.Text("closedate")),
            LostReason = deal.Text("closed_lost_reason"),
            Past = IsPast(person, since),
        };
        return [await HubSpotEnrichment.WithOutcomeAsync(found, raw, deal, client, options, cancellationToken)];
    }

    private static EventHeader Header(Meeting person, string what, DateTimeOffset? since, ToolSide side, HubSpotOptions options)
    {
        var first = person.Events[0];
        var at = since ?? first.OccurredAt;
        return new($"hubspot|{options.Name}|met|{person.Id}|{what}|{at?.ToUnixTimeMilliseconds()}", side, at)
        {
            People = first.People, ExternalIds = first.ExternalIds,
        };
    }

    /// <summary>Whether what is true since a time is older than the first event. A value without a time is as old as a
    /// person who was just created.</summary>
    private static bool IsPast(Meeting person, DateTimeOffset? since)
    {
        var first = person.Events[0];
        return since is null ? first is not ContactCreatedEvent : since < first.OccurredAt - Together;
    }

    /// <summary>A new person with their contact and the events about them.</summary>
    private sealed record Meeting(string Id, HubSpotObjectWire Record, List<PersonEvent> Events);
}

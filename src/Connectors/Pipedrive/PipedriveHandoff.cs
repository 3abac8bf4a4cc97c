using System.Globalization;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Pipedrive;

/// <summary>Writes a handoff: the person, a lead or a deal, a note with the brief, and one activity for the owner. Pipedrive has
/// no ids of others, so each is looked for by the hub's mark before it is made.</summary>
internal sealed class PipedriveHandoff(PipedriveClient client, PipedriveWriting writing, PipedriveOptions options)
{
    private const int LongestText = 255;

    private const string NoName = "(name not known)";

    /// <summary>Delivers a handoff. Idempotent.</summary>
    public async Task<HandoffReceipt> DeliverAsync(HandoffOrder order, CancellationToken cancellationToken)
    {
        var known = await FindAsync(order, cancellationToken);
        IdentityKey[] deleted =
        [
            .. order.Journey.Identities.Where(key => key.Kind == IdentityKind.Person && key.Connector == options.Name),
        ];
        if (known is null && deleted.Length > 0 && !order.MayRecreate)
        {
            throw new RecordsDeletedException(options.Name, deleted);
        }

        var person = known ?? await client.CreatePersonAsync(PersonOf(order), cancellationToken);
        var id = person.Text("id") ?? throw new VendorUnavailableException(options.Name, "POST /api/v2/persons", null, null);
        var owner = await GiveAsync(order, person, id, isNew: known is null, cancellationToken);
        var place = await PlaceAsync(order, id, owner, cancellationToken);
        await writing.WriteNoteAsync(
            id, new($"brief {order.Handoff.Id}", order.Handoff.AnnouncedAt, order.Brief.ToLines()), cancellationToken);
        await AskAsync(order, id, owner, place, cancellationToken);
        return new(IdentityKey.Person(options.Name, id), $"{new Uri(options.BaseUrl, $"person/{id}")}", KeptBy(order, owner))
        {
            MadeOptedOut = known is null && order.Brief.OptedOut,
        };
    }

    /// <summary>Finds the person's record: a known one, or sales' record with the same address. Returns null for
    /// none.</summary>
    private async Task<JsonElement?> FindAsync(HandoffOrder order, CancellationToken cancellationToken)
    {
        foreach (var key in order.Journey.Records.Where(key => key.Connector == options.Name))
        {
            if (await client.PersonAsync(key.Id, cancellationToken) is { ValueKind: JsonValueKind.Object } person)
            {
                return person;
            }
        }

        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var address in HandoffText.AddressesOf(order.Journey))
        {
            found.UnionWith(await client.FindPersonsAsync(address, cancellationToken));
        }

        if (found.Count > 1)
        {
            throw new AmbiguousMatchException(
                options.Name, [.. found.Order(StringComparer.Ordinal).Select(id => IdentityKey.Person(options.Name, id))]);
        }

        return found.Count == 1 && await client.PersonAsync(found.First(), cancellationToken) is { ValueKind: JsonValueKind.Object } only
            ? only
            : null;
    }

    private Dictionary<string, object> PersonOf(HandoffOrder order)
    {
        var profile = order.Journey.Profile;
        var name = string.Join(' ', new[] { profile.FirstName?.Trim(), profile.LastName?.Trim() }
            .Where(part => !string.IsNullOrEmpty(part)));
        var person = new Dictionary<string, object>
        {
            ["name"] = TextLength.Fit(
                name.Length > 0 ? name : HandoffText.AddressesOf(order.Journey) is [var address, ..] ? address : NoName, LongestText),
        };
        if (EmailAddress.TryParse(profile.Email, out var email))
        {
            person["emails"] = Primary(email.Ascii);
        }

        if (!string.IsNullOrWhiteSpace(profile.Phone))
        {
            person["phones"] = Primary(profile.Phone.Trim());
        }

        if (OwnerOf(order) is { } owner)
        {
            person["owner_id"] = owner;
        }

        if (order.Brief.OptedOut)
        {
            person[PipedriveMapper.Marketing] = "unsubscribed";
        }

        return person;
    }

    /// <summary>Gives a person to the routed owner, unless somebody has taken it. Returns the owner.</summary>
    private async Task<long?> GiveAsync(
        HandoffOrder order, JsonElement person, string id, bool isNew, CancellationToken cancellationToken)
    {
        var (present, wanted) = (PipedriveClient.NumberOf(PipedriveWire.IdIn(person, "owner_id")), OwnerOf(order));
        if (isNew || wanted is null || present == wanted || IsTaken(order, present))
        {
            return isNew ? wanted ?? present : present ?? wanted;
        }

        await client.UpdatePersonAsync(id, new Dictionary<string, object> { ["owner_id"] = wanted }, cancellationToken);
        return wanted;
    }

    /// <summary>Returns the lead or deal that the handoff is about, as the activity names it. An open deal is taken up; only
    /// without one a new lead or deal is made.</summary>
    private async Task<(string Name, object Id)?> PlaceAsync(
        HandoffOrder order, string person, long? owner, CancellationToken cancellationToken)
    {
        if (options.HandoffAs == PipedriveHandoffKind.Person)
        {
            return null;
        }

        var origin = $"{PipedriveMapper.OwnOrigin}{order.Handoff.Id}";
        var deals = await client.DealsOfAsync(person, cancellationToken);
        var open = deals.Where(deal => deal.Text("origin_id") == origin)
            .Concat(deals.Where(deal => deal.Text("status") == "open" && deal.Text("is_deleted") != "true")).FirstOrDefault();
        if (open.ValueKind == JsonValueKind.Object)
        {
            return ("deal_id", PipedriveClient.NumberOf(open.Text("id"))!);
        }

        if (options.HandoffAs == PipedriveHandoffKind.Deal)
        {
            var made = await client.CreateDealAsync(DealOf(order, person, owner, origin), cancellationToken);
            return ("deal_id", PipedriveClient.NumberOf(made.Text("id"))!);
        }

        var leads = await client.LeadsOfAsync(person, cancellationToken);
        var lead = leads.FirstOrDefault(lead => lead.Text("origin_id") == origin);
        if (lead.ValueKind != JsonValueKind.Object)
        {
            lead = await client.CreateLeadAsync(RecordOf(order, person, owner, origin), cancellationToken);
        }

        return ("lead_id", lead.Text("id")!);
    }

    private Dictionary<string, object> DealOf(HandoffOrder order, string person, long? owner, string origin)
    {
        var deal = RecordOf(order, person, owner, origin);
        if (options.WriteStages.TryGetValue(order.Handoff.Stage, out var stage))
        {
            deal["stage_id"] = PipedriveClient.NumberOf(stage)!;
        }

        return deal;
    }

    private static Dictionary<string, object> RecordOf(HandoffOrder order, string person, long? owner, string origin)
    {
        var record = new Dictionary<string, object>
        {
            ["title"] = TextLength.Fit(order.Brief.Company is { } company ? $"{order.Brief.Who}, {company}" : order.Brief.Who, LongestText),
            ["person_id"] = PipedriveClient.NumberOf(person)!,
            ["origin_id"] = origin,
        };
        if (owner is { } given)
        {
            record["owner_id"] = given;
        }

        return record;
    }

    /// <summary>Makes the owner's activity, or passes the one that is there to a new owner while it is open.</summary>
    private async Task AskAsync(
        HandoffOrder order, string person, long? owner, (string Name, object Id)? place, CancellationToken cancellationToken)
    {
        var mark = NoteOnce.MarkOf($"handoff {order.Handoff.Id}");
        var there = await client.FindActivityAsync(person, mark, cancellationToken);
        if (there.ValueKind != JsonValueKind.Object)
        {
            await client.CreateActivityAsync(ActivityOf(order, person, owner, place, mark), cancellationToken);
        }
        else if (owner is { } given && there.Text("done") != "true" && PipedriveWire.IdIn(there, "owner_id") != $"{given}")
        {
            await client.UpdateActivityAsync(
                there.Text("id")!, new Dictionary<string, object> { ["owner_id"] = given }, cancellationToken);
        }
    }

    private Dictionary<string, object> ActivityOf(
        HandoffOrder order, string person, long? owner, (string Name, object Id)? place, string mark)
    {
        var activity = new Dictionary<string, object>
        {
            ["subject"] = TextLength.Fit(HandoffText.SubjectOf(order.Brief), LongestText),
            ["type"] = options.ActivityType,
            ["note"] = PipedriveWriting.Html([.. order.Brief.ToLines(), "", mark]),

            // The person of an activity is read-only: its participants set it.
            ["participants"] = new[]
            {
                new Dictionary<string, object> { ["person_id"] = PipedriveClient.NumberOf(person)!, ["primary"] = true },
            },
        };
        if (order.DueAt is { } due)
        {
            activity["due_date"] = due.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            activity["due_time"] = due.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture);
        }

        if (owner is { } given)
        {
            activity["owner_id"] = given;
        }

        if (place is var (name, id))
        {
            activity[name] = id;
        }

        return activity;
    }

    /// <summary>Whether a person has taken the record: not the hub, and nobody the hub gave it to.</summary>
    private bool IsTaken(HandoffOrder order, long? owner) =>
        owner is { } present && $"{present}" != options.OwnerId && $"{present}" != options.UserId
            && !order.GivenBefore.Contains($"{present}");

    private long? OwnerOf(HandoffOrder order) => PipedriveClient.NumberOf(order.OwnerId ?? options.OwnerId);

    /// <summary>Returns the person who has the record although it was routed to somebody else.</summary>
    private static string? KeptBy(HandoffOrder order, long? owner) =>
        order.OwnerId is { } routed && owner is { } present && $"{present}" != routed ? $"{present}" : null;

    private static Dictionary<string, object>[] Primary(string value) =>
        [new() { ["value"] = value, ["primary"] = true, ["label"] = "work" }];
}

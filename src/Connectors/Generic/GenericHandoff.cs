using System.Globalization;
using System.Net;
using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Generic;

/// <summary>Hands a lead over by the requests of the settings: finds or makes the person's record, then writes one task.</summary>
internal sealed class GenericHandoff(GenericClient client, GenericWriting writing, GenericOptions options)
{
    /// <summary>Delivers a handoff. Idempotent where the tool can be asked for its tasks.</summary>
    public async Task<HandoffReceipt> DeliverAsync(HandoffOrder order, CancellationToken cancellationToken)
    {
        var known = await KnownAsync(order, cancellationToken);
        IdentityKey[] ours =
        [
            .. order.Journey.Identities.Where(key => key.Kind == IdentityKind.Person && key.Connector == options.Name),
        ];
        if (known is null && ours.Length > 0 && !order.MayRecreate)
        {
            throw new RecordsDeletedException(options.Name, ours);
        }

        var id = known ?? await FoundAsync(order, cancellationToken) ?? await MadeAsync(order, cancellationToken);
        var values = ProfileOf(order);
        values["id"] = id;
        values["owner"] = order.OwnerId;
        values["subject"] = string.Create(CultureInfo.InvariantCulture, $"Take up {order.Brief.Who}: {order.Brief.Stage}");
        values["dueAt"] = order.DueAt is { } due ? GenericTimes.Write(due, options.TimeFormat) : null;
        values["dueOn"] = order.DueAt?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await writing.WriteOnceAsync(
            options.Write.Task!, options.Write.Tasks, order.Handoff.Id, values, order.Brief.ToLines(), cancellationToken);
        var person = IdentityKey.Person(options.Name, id);
        return new(person, options.LinkTo(person)?.ToString());
    }

    /// <summary>Returns the id of the first known record that still exists; null for none.</summary>
    private async Task<string?> KnownAsync(HandoffOrder order, CancellationToken cancellationToken)
    {
        foreach (var key in order.Journey.Records.Where(key => key.Connector == options.Name))
        {
            if (options.Person is null || await writing.SeenAsync(key.Id, cancellationToken) is not null)
            {
                return key.Id;
            }
        }

        return null;
    }

    /// <summary>Returns the record with the lead's address; null for none.</summary>
    private async Task<string?> FoundAsync(HandoffOrder order, CancellationToken cancellationToken)
    {
        if (options.Write.Find is not { } find || order.Journey.Profile.Email is not { } email)
        {
            return null;
        }

        var page = await client.FindAsync(find.Request, new Dictionary<string, string?> { ["email"] = email }, cancellationToken);
        IdentityKey[] found = page.ValueKind == JsonValueKind.Undefined ? []
            : [.. find.TextsOf(page).Distinct().Select(id => IdentityKey.Person(options.Name, id))];
        return found.Length > 1 ? throw new AmbiguousMatchException(options.Name, found) : found.FirstOrDefault()?.Id;
    }

    private async Task<string> MadeAsync(HandoffOrder order, CancellationToken cancellationToken)
    {
        var upsert = options.Write.Upsert!;
        var answer = await client.FindAsync(upsert.Request, ProfileOf(order), cancellationToken);
        return (answer.ValueKind == JsonValueKind.Undefined ? null : upsert.TextsOf(answer).FirstOrDefault())
            ?? throw new VendorRefusedException(options.Name, $"{upsert.Request.Method} Write:Upsert", HttpStatusCode.OK, "NO_ID");
    }

    private static Dictionary<string, string?> ProfileOf(HandoffOrder order)
    {
        var profile = order.Journey.Profile;
        var whole = $"{profile.FirstName} {profile.LastName}".Trim();
        var values = new Dictionary<string, string?>
        {
            ["email"] = profile.Email, ["firstName"] = profile.FirstName, ["lastName"] = profile.LastName,
            ["name"] = whole.Length > 0 ? whole : order.Brief.Who, ["company"] = profile.Company, ["jobTitle"] = profile.JobTitle,
            ["phone"] = profile.Phone, ["region"] = profile.Region, ["owner"] = order.OwnerId,
            ["optedOut"] = order.Brief.OptedOut ? "true" : "false",
        };
        return values.Where(value => !string.IsNullOrEmpty(value.Value)).ToDictionary();
    }
}

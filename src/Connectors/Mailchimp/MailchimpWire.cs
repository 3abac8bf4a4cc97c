using System.Text.Json;
using System.Text.Json.Serialization;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Mailchimp;

internal sealed record MailchimpMembers(IReadOnlyList<MailchimpMember>? Members);

/// <summary>A member of an audience.</summary>
/// <param name="Id">The MD5 hash of the address, by which the API names the member.</param>
/// <param name="Status">Whether mail goes to the member: <c>subscribed</c>, <c>unsubscribed</c>, <c>cleaned</c> and
/// others.</param>
internal sealed record MailchimpMember(string? Id, string? UniqueEmailId, string? Status, JsonElement MergeFields);

/// <summary>A change of a member. Null stays as it is.</summary>
internal sealed record MailchimpChange(string? Status, IReadOnlyDictionary<string, string>? MergeFields);

internal sealed record MailchimpNotes(IReadOnlyList<MailchimpNote>? Notes);

internal sealed record MailchimpNote(string? Note);

internal sealed record MailchimpWebhooksWire(IReadOnlyList<MailchimpWebhookWire>? Webhooks);

/// <summary>A webhook of an audience.</summary>
/// <param name="Events">Whether each event is sent.</param>
/// <param name="Sources">Whether changes by each source are sent.</param>
/// <param name="SigningSecret">Shown once, when it is made.</param>
internal sealed record MailchimpWebhookWire(
    string? Id, string? Url, IReadOnlyDictionary<string, bool>? Events, IReadOnlyDictionary<string, bool>? Sources, string? SigningSecret);

/// <summary>Mailchimp's JSON.</summary>
internal static class MailchimpJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        MaxDepth = WellFormed.MostNested,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}

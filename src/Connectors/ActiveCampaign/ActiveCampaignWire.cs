using System.Text.Json;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.ActiveCampaign;

/// <summary>A contact's state on a list.</summary>
internal sealed record ActiveCampaignListChange(ActiveCampaignListState ContactList);

/// <param name="Status">1 subscribes, 2 unsubscribes.</param>
internal sealed record ActiveCampaignListState(string List, string Contact, int Status);

internal sealed record ActiveCampaignTagWire(ActiveCampaignTagName Tag);

internal sealed record ActiveCampaignTagName(string Tag, string TagType = "contact");

internal sealed record ActiveCampaignTagging(ActiveCampaignContactTag ContactTag);

internal sealed record ActiveCampaignContactTag(string Contact, string Tag);

internal sealed record ActiveCampaignNoteWire(ActiveCampaignNoteText Note);

/// <param name="Relid">The contact's id.</param>
internal sealed record ActiveCampaignNoteText(string Note, string Relid, string Reltype = "Subscriber");

/// <summary>ActiveCampaign's JSON.</summary>
internal static class ActiveCampaignJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { MaxDepth = WellFormed.MostNested };
}

using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>One configured instance of a tool. What it can do shows in the further interfaces it has: <see cref="IWebhookSource"/>, <see cref="IPollSource"/>, <see cref="IEventEnricher"/>, <see cref="IHandoffTarget"/>, <see cref="IPersonTarget"/>.</summary>
public interface IConnector
{
    /// <summary>Gets the ops team's name for the instance, lower case: the name in settings, URLs and facts.</summary>
    string Name { get; }

    /// <summary>Gets the type, as in the setting <c>Connectors:{name}:Type</c>: <c>HubSpot</c>, <c>Salesforce</c>.</summary>
    string Type { get; }

    /// <summary>What kind of record a person's id names, where the tool has several (a lead, a contact). Two records of one kind are two persons unless the tool says otherwise.</summary>
    string RecordKind(string personId) => "person";

    /// <summary>The one form of a record's id, whatever way people copy it.</summary>
    string NormaliseId(string id) => CopiedId.Clean(id);

    /// <summary>What a map says that one of the tool's stages means; null where none does. A person's stage is neither won nor lost.</summary>
    DealStageMeaning? MeaningOf(StageMapKind map, string raw) => null;
}

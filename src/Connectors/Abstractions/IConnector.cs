using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A configured instance of a tool. Its further interfaces say what it can do, such as
/// <see cref="IWebhookSource"/>, <see cref="IPollSource"/>, <see cref="IEventEnricher"/>, <see cref="IHandoffTarget"/>
/// and <see cref="IPersonTarget"/>.</summary>
public interface IConnector
{
    /// <summary>Gets the name in settings, URLs and facts, in lower case.</summary>
    string Name { get; }

    /// <summary>Gets the type, as in the setting <c>Connectors:{name}:Type</c>.</summary>
    string Type { get; }

    /// <summary>Returns the kind of a person's record when the tool has several, such as lead and contact. Two records
    /// of one kind are two persons unless the tool says otherwise.</summary>
    string RecordKind(string personId) => "person";

    /// <summary>Returns the canonical form of a record's id, however it was copied.</summary>
    string NormaliseId(string id) => CopiedId.Clean(id);

    /// <summary>Returns the mapped meaning of a stage; null for an unmapped one. A person's stage
    /// is neither won nor lost.</summary>
    DealStageMeaning? MeaningOf(StageMapKind map, string raw) => null;
}

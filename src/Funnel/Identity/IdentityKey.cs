using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

public enum IdentityKind
{
    /// <summary>A person's record in a tool, such as a HubSpot contact or a Salesforce lead.</summary>
    Person,

    /// <summary>A deal's record in a tool. It leads to the deal's people.</summary>
    Deal,

    /// <summary>A canonical e-mail address. Used only when no record id is known.</summary>
    Email,
}

/// <summary>A key of a lead: a tool's record, or an e-mail address. A printed key shows no address.</summary>
/// <param name="Connector">The record's connector; empty for an e-mail address.</param>
/// <param name="Id">The record's id in the tool, or the canonical address.</param>
public sealed record IdentityKey(IdentityKind Kind, string Connector, string Id)
{
    /// <summary>Gets the canonical text of the key. It is personal data for an address: hash it before
    /// it is stored or logged.</summary>
    [JsonIgnore]
    public string Canonical => Kind switch
    {
        IdentityKind.Person => $"{Connector}|person|{Id}",
        IdentityKind.Deal => $"{Connector}|deal|{Id}",
        IdentityKind.Email => $"email|{Id}",
        _ => throw new InvalidOperationException($"Unknown kind of key {Kind}."),
    };

    public static IdentityKey Person(string connector, string id) => new(IdentityKind.Person, connector, id);

    public static IdentityKey Deal(string connector, string id) => new(IdentityKind.Deal, connector, id);

    public static IdentityKey Email(EmailAddress email) =>
        new(IdentityKind.Email, "", (email ?? throw new ArgumentNullException(nameof(email))).Address);

    /// <inheritdoc/>
    public override string ToString() =>
        Kind == IdentityKind.Email && EmailAddress.TryParse(Id, out var email) ? email.ToString() : Canonical;
}

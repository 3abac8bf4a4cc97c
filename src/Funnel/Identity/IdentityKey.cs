using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>What a key names.</summary>
public enum IdentityKind
{
    /// <summary>A person's record in one tool: a HubSpot contact, a Salesforce lead or contact.</summary>
    Person,

    /// <summary>A deal's record in one tool. It leads to the leads the deal is about.</summary>
    Deal,

    /// <summary>A canonical e-mail address. Weaker than a record's id: asked only when no id is known.</summary>
    Email,
}

/// <summary>One key under which a lead is known: a record in a tool, or an e-mail address. Printing one shows no address.</summary>
/// <param name="Kind">What the key names.</param>
/// <param name="Connector">The connector's name for a record; empty for an e-mail address, which is the same everywhere.</param>
/// <param name="Id">The record's id as the tool writes it, or the canonical address.</param>
public sealed record IdentityKey(IdentityKind Kind, string Connector, string Id)
{
    /// <summary>Gets the one text form of the key, the same for equal keys. Personal data where the key is an address: hash it before it is stored as a key or logged.</summary>
    [JsonIgnore]
    public string Canonical => Kind switch
    {
        IdentityKind.Person => $"{Connector}|person|{Id}",
        IdentityKind.Deal => $"{Connector}|deal|{Id}",
        IdentityKind.Email => $"email|{Id}",
        _ => throw new InvalidOperationException($"Unknown kind of key {Kind}."),
    };

    /// <summary>Names a person's record.</summary>
    public static IdentityKey Person(string connector, string id) => new(IdentityKind.Person, connector, id);

    /// <summary>Names a deal's record.</summary>
    public static IdentityKey Deal(string connector, string id) => new(IdentityKind.Deal, connector, id);

    /// <summary>Names whoever reads mail at an address.</summary>
    public static IdentityKey Email(EmailAddress email) => new(IdentityKind.Email, "", (email ?? throw new ArgumentNullException(nameof(email))).Address);

    /// <inheritdoc/>
    public override string ToString() => Kind == IdentityKind.Email && EmailAddress.TryParse(Id, out var email) ? email.ToString() : Canonical;
}

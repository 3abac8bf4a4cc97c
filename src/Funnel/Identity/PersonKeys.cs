namespace IntegrationHub.Funnel;

/// <summary>Makes what stands for a person where the person must not be seen: ids of leads, table keys, short ids of
/// addresses. Each is a hash under a <see cref="Pepper"/>, so a list of addresses or record ids finds nobody.</summary>
/// <remarks>The same key and pepper give the same hash. New hashes are made under the newest pepper. What was stored
/// under an older one is looked up there too.</remarks>
public sealed class PersonKeys
{
    private const int KeyLength = 40, ShortLength = 12;

    private readonly Pepper _pepper;

    /// <param name="peppers">The peppers, newest first; at least one.</param>
    public PersonKeys(params IReadOnlyList<Pepper> peppers)
    {
        _pepper = peppers[0];
        Older = [.. peppers.Skip(1).Select(pepper => new PersonKeys(pepper))];
    }

    /// <summary>Gets the same for each older pepper, newest first; none when one pepper is in use.</summary>
    public IReadOnlyList<PersonKeys> Older { get; }

    /// <summary>Gets this and the older ones, newest first.</summary>
    public IEnumerable<PersonKeys> Versions => Older.Prepend(this);

    /// <summary>Returns the id of a lead that is first met under a key.</summary>
    public LeadId LeadOf(IdentityKey key) => LeadId.FromHash(_pepper.Hash($"lead|{key.Canonical}"));

    /// <summary>Whether a lead was first met under a key, with any pepper.</summary>
    public bool IsFirstKey(IdentityKey key, LeadId leadId) => Versions.Any(version => version.LeadOf(key) == leadId);

    /// <summary>Returns the table key of a person's key. It begins with the pepper's version.</summary>
    public string TableKeyOf(IdentityKey key) => TableKeyOf(key.Canonical);

    /// <summary>Returns the table key of a text with personal data. It begins with the pepper's version.</summary>
    public string TableKeyOf(string text) => $"{_pepper.Version}-{_pepper.Hash($"key|{text}")[..KeyLength]}";

    /// <summary>Returns a short id of an address for logs and explanations.</summary>
    public string ShortIdOf(EmailAddress email) => $"email:{_pepper.Hash($"log|{email.Address}")[..ShortLength]}";

    /// <summary>Returns a key as logs and explanations show it: an address by its short id.</summary>
    public string Show(IdentityKey key) =>
        key.Kind == IdentityKind.Email && EmailAddress.TryParse(key.Id, out var email) ? ShortIdOf(email) : key.ToString();

    /// <summary>Replaces every address in a text by its short id, and every text that only looks like one by
    /// <c>email:unreadable</c>.</summary>
    public string HideIn(string text) => EmailAddress.Replace(text, email => email is null ? "email:unreadable" : ShortIdOf(email));
}

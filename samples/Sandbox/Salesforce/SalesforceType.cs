namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>An object type: its id prefix, fields and child relationships.</summary>
internal sealed class SalesforceType(string name, string prefix)
{
    private static readonly Dictionary<string, int> Lengths = new()
    {
        ["FirstName"] = 40, ["LastName"] = 80, ["Email"] = 80, ["Phone"] = 40, ["Description"] = 32_000, ["Name"] = 121, ["Title"] = 128,
    };

    private readonly Dictionary<string, SalesforceField> _fields = new(StringComparer.OrdinalIgnoreCase);

    public string Name => name;

    public string Prefix => prefix;

    public IEnumerable<SalesforceField> Fields => _fields.Values;

    /// <summary>Gets the child relationships: the child's type and its field that points here.</summary>
    public Dictionary<string, (string Type, string Field)> Children { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets what a field is on a new record when nothing is said.</summary>
    public Dictionary<string, object> Defaults { get; } = [];

    public SalesforceField? Field(string field) => _fields.GetValueOrDefault(field);

    public SalesforceField? Reference(string relationship) => _fields.Values.FirstOrDefault(field =>
        string.Equals(field.Relationship, relationship, StringComparison.OrdinalIgnoreCase));

    public void Define(SalesforceField field) => _fields[field.Name] = field;

    /// <summary>
    /// Reads fields written as <c>LastName!</c> (required), <c>Amount:Number</c>, <c>WhoId:Lead|Contact</c>
    /// (reference), <c>IsConverted:Bool-</c> (read-only); text where nothing is said.
    /// </summary>
    public SalesforceType With(string fields)
    {
        foreach (var written in fields.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = written.TrimEnd('!', '-').Split(':');
            var isKind = Enum.TryParse<FieldKind>(parts.ElementAtOrDefault(1) ?? nameof(FieldKind.Text), out var kind);
            Define(new(parts[0], isKind ? kind : FieldKind.Id)
            {
                Targets = isKind ? [] : parts[1].Split('|'),
                Required = written.EndsWith('!'),
                ReadOnly = written.EndsWith('-'),
                MaxLength = Lengths.GetValueOrDefault(parts[0], 255),
            });
        }

        return this;
    }
}

namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>A record as the store holds it.</summary>
internal sealed class SalesforceObject(SalesforceType type, string id)
{
    private Dictionary<string, object?>? _before;

    public SalesforceType Type => type;

    public string Id => id;

    /// <summary>
    /// Gets the values: string, decimal, bool, DateOnly or DateTimeOffset; a field without one is not there.
    /// </summary>
    public Dictionary<string, object?> Values { get; private set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets when the latest write is there for queries to see.</summary>
    public DateTimeOffset VisibleAt { get; private set; } = DateTimeOffset.MinValue;

    public bool IsDeleted => Values.GetValueOrDefault("IsDeleted") is true;

    public object? this[string field] => Values.GetValueOrDefault(field);

    /// <summary>What a query at this moment sees; null when the record's creation is not there yet.</summary>
    public Dictionary<string, object?>? SeenAt(DateTimeOffset now) => VisibleAt <= now ? Values : _before;

    /// <summary>Keeps what queries see for a while, however often it is written meanwhile.</summary>
    public void HideUntil(DateTimeOffset now, DateTimeOffset visibleAt)
    {
        if (VisibleAt <= now)
        {
            _before = Values.Count == 0 ? null : new(Values, StringComparer.OrdinalIgnoreCase);
        }

        VisibleAt = visibleAt;
    }

    /// <summary>Puts back values from before a write.</summary>
    public void Restore(Dictionary<string, object?> values) => Values = values;

    public SalesforceRecord ToRecord() => new(id, type.Name, new Dictionary<string, object?>(Values, StringComparer.OrdinalIgnoreCase));
}

namespace IntegrationHub.Demo;

/// <summary>A lead of the hub's API, with the parts that the story checks.</summary>
internal sealed record LeadAnswer(
    string LeadId,
    string Stage,
    string Owner,
    bool Stalled,
    IReadOnlyList<DealAnswer> Deals,
    IReadOnlyList<HeldAnswer> Held,
    IReadOnlyList<HandoffAnswer> Handoffs,
    IReadOnlyList<AlertAnswer> Alerts)
{
    /// <summary>Gets the handoffs to sales, oldest first.</summary>
    public IEnumerable<HandoffAnswer> ToSales => Handoffs.Where(handoff => handoff.To == "sales");

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Stage}, {Owner}; deals [{string.Join(", ", Deals)}]; held [{string.Join(", ", Held)}]; handoffs [{string.Join(", ", Handoffs.Select(handoff => $"to {handoff.To}: {handoff}"))}]; alerts [{string.Join(", ", Alerts)}]";
}

internal sealed record DealAnswer(string Id, string? Stage, string Status);

internal sealed record HeldAnswer(string Connector, string Raw);

internal sealed record HandoffAnswer(string Id, string To, string Delivery, DateTimeOffset? AcceptedAt, string? ReturnedReason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Delivery}, {this switch
    {
        { ReturnedReason: { } reason } => $"returned: {reason}",
        { AcceptedAt: not null } => "taken up",
        _ => "not taken up",
    }}";
}

internal sealed record AlertAnswer(string Kind, string Fate)
{
    public bool WasTold => Fate is "sent" or "grouped";
}

/// <summary>The hub's health, from its API.</summary>
internal sealed record HealthAnswer(string Status, IReadOnlyList<string> Problems, IReadOnlyList<QueueAnswer> Queues);

internal sealed record QueueAnswer(string Name, int? Active, int? DeadLettered);

/// <summary>A mail of the mailbox.</summary>
internal sealed record MailAnswer(string Subject, string Text, IReadOnlyList<AddressAnswer> To)
{
    public bool Went(string team) => To.Any(to => to.Address == DemoSettings.MailOf(team));
}

internal sealed record AddressAnswer(string Address);

namespace IntegrationHub.History.Checking;

/// <summary>Something that must not be.</summary>
/// <param name="Rule">The rule that it breaks.</param>
/// <param name="Contact">The person's id in HubSpot; null when it concerns nobody.</param>
/// <param name="What">What is wrong, with the ids of what it is about.</param>
public sealed record Violation(Rule Rule, long? Contact, string What)
{
    public override string ToString() => $"{Rule}: {(Contact is { } contact ? $"contact {contact}: " : "")}{What}";
}

/// <summary>What must hold of every history. The checker says of each what it allows.</summary>
public enum Rule
{
    /// <summary>Each accepted event is on its journey once, and nothing is that was not sent.</summary>
    EveryEventOnce,

    /// <summary>Each handoff is settled, and a delivered one has exactly one task.</summary>
    OneTaskForEachHandoff,

    /// <summary>A person has one record in the CRM.</summary>
    OneRecordForEachPerson,

    /// <summary>An opt-out is in every tool, and nothing invites to write to the person.</summary>
    OptOutHolds,

    /// <summary>Nothing is done about an erased person, and nobody finds them.</summary>
    ErasureHolds,

    /// <summary>A mail is repeated under its Message-ID only.</summary>
    NoMailTwice,

    /// <summary>Tools are not written to in turns without end.</summary>
    NoLoop,

    /// <summary>No message is given up.</summary>
    NothingGivenUp,
}

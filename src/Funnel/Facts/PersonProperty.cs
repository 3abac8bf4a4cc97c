namespace IntegrationHub.Funnel;

/// <summary>The properties that the hub can write to a person's record. The address is not one: it
/// identifies the person.</summary>
public enum PersonProperty
{
    /// <summary>The funnel stage, in the tool's own value.</summary>
    Stage,

    /// <summary>Whether the person may be mailed.</summary>
    Consent,

    FirstName,

    LastName,

    Company,

    JobTitle,

    Phone,

    /// <summary>The country or region.</summary>
    Region,

    Segment,
}

namespace IntegrationHub.Funnel;

/// <summary>What the hub can write to a person's record in a tool. The address is not among them: it is who the person is.</summary>
public enum PersonProperty
{
    /// <summary>The funnel stage, in the tool's own word for it.</summary>
    Stage,

    /// <summary>Whether the person may be written to.</summary>
    Consent,

    /// <summary>The given name.</summary>
    FirstName,

    /// <summary>The family name.</summary>
    LastName,

    /// <summary>The organisation.</summary>
    Company,

    /// <summary>The job title.</summary>
    JobTitle,

    /// <summary>The telephone number.</summary>
    Phone,

    /// <summary>The country or region.</summary>
    Region,

    /// <summary>The segment.</summary>
    Segment,
}

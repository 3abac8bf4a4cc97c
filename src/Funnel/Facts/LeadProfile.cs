using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>What the teams need to know of a person, as the tools have it. Null is not known; as a change, null is unchanged and empty clears. Personal data: never to be logged.</summary>
public sealed record LeadProfile
{
    /// <summary>The properties that tools can be kept in step with.</summary>
    public static readonly ImmutableArray<PersonProperty> Properties =
    [
        PersonProperty.FirstName, PersonProperty.LastName, PersonProperty.Company, PersonProperty.JobTitle, PersonProperty.Phone, PersonProperty.Region, PersonProperty.Segment,
    ];

    /// <summary>Gets the address the person reads, canonical.</summary>
    public string? Email { get; init; }

    /// <summary>Gets the given name.</summary>
    public string? FirstName { get; init; }

    /// <summary>Gets the family name.</summary>
    public string? LastName { get; init; }

    /// <summary>Gets the organisation.</summary>
    public string? Company { get; init; }

    /// <summary>Gets the job title.</summary>
    public string? JobTitle { get; init; }

    /// <summary>Gets the telephone number as written.</summary>
    public string? Phone { get; init; }

    /// <summary>Gets the form in which <see cref="Phone"/> is compared, E.164 where it can be read; null where the number is compared as written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ComparablePhone { get; init; }

    /// <summary>Gets the country or region, as the tool writes it.</summary>
    public string? Region { get; init; }

    /// <summary>Gets the segment marketing put the person in.</summary>
    public string? Segment { get; init; }

    /// <summary>Gets the marketing tool's score; null where it has none.</summary>
    public decimal? Score { get; init; }

    /// <summary>The value of one of <see cref="Properties"/>.</summary>
    public string? Of(PersonProperty property) => property switch
    {
        PersonProperty.FirstName => FirstName,
        PersonProperty.LastName => LastName,
        PersonProperty.Company => Company,
        PersonProperty.JobTitle => JobTitle,
        PersonProperty.Phone => Phone,
        PersonProperty.Region => Region,
        PersonProperty.Segment => Segment,
        _ => throw new ArgumentOutOfRangeException(nameof(property), property, "This is no property of a profile."),
    };

    /// <summary>The value of one of <see cref="Properties"/> in the form in which it is compared: two spellings of one telephone number are one.</summary>
    public string? ComparableOf(PersonProperty property) => property == PersonProperty.Phone && Phone is { Length: > 0 } ? ComparablePhone ?? Phone : Of(property);
}

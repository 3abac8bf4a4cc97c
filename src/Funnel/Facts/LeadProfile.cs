using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace IntegrationHub.Funnel;

/// <summary>A person's profile, merged from the tools. Null is unknown; in a change, null is unchanged and empty
/// clears. Personal data: never log it.</summary>
public sealed record LeadProfile
{
    /// <summary>The properties that the hub can sync to tools.</summary>
    public static readonly ImmutableArray<PersonProperty> Properties =
    [
        PersonProperty.FirstName, PersonProperty.LastName, PersonProperty.Company, PersonProperty.JobTitle, PersonProperty.Phone,
        PersonProperty.Region, PersonProperty.Segment,
    ];

    /// <summary>Gets the canonical e-mail address.</summary>
    public string? Email { get; init; }

    public string? FirstName { get; init; }

    public string? LastName { get; init; }

    public string? Company { get; init; }

    public string? JobTitle { get; init; }

    /// <summary>Gets the phone number as written.</summary>
    public string? Phone { get; init; }

    /// <summary>Gets the form of <see cref="Phone"/> for comparison, E.164 when it can be parsed; null to
    /// compare it as written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ComparablePhone { get; init; }

    /// <summary>Gets the country or region, as written in the tool.</summary>
    public string? Region { get; init; }

    /// <summary>Gets marketing's segment.</summary>
    public string? Segment { get; init; }

    /// <summary>Gets the marketing tool's score; null for none.</summary>
    public decimal? Score { get; init; }

    /// <summary>Returns one of <see cref="Properties"/>.</summary>
    public string? Of(PersonProperty property) => property switch
    {
        PersonProperty.FirstName => FirstName,
        PersonProperty.LastName => LastName,
        PersonProperty.Company => Company,
        PersonProperty.JobTitle => JobTitle,
        PersonProperty.Phone => Phone,
        PersonProperty.Region => Region,
        PersonProperty.Segment => Segment,
        _ => throw new ArgumentOutOfRangeException(nameof(property), property, "This is not a property of a profile."),
    };

    /// <summary>Returns one of <see cref="Properties"/> in its form for comparison: two spellings of a
    /// phone number are equal.</summary>
    public string? ComparableOf(PersonProperty property) =>
        property == PersonProperty.Phone && Phone is { Length: > 0 } ? ComparablePhone ?? Phone : Of(property);
}

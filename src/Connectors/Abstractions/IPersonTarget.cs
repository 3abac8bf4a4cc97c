using System.Collections.Immutable;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool to whose person records the hub writes stage, consent and configured profile properties. Writes take
/// two steps, so that each is recorded before it is made.</summary>
public interface IPersonTarget : IConnector
{
    /// <summary>Gets the properties that the hub writes: <see cref="PersonProperty.Consent"/>
    /// always, <see cref="PersonProperty.Stage"/> when the tool has stages, and those of the
    /// setting <c>WriteProfile</c>.</summary>
    ImmutableHashSet<PersonProperty> Writes { get; }

    /// <summary>Compares the person's record with the wish. A converted lead's record is its contact.</summary>
    /// <returns>The plan; null when the record does not exist.</returns>
    /// <exception cref="VendorUnavailableException">The vendor does not answer; retry later.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses.</exception>
    Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken);

    /// <summary>Writes a plan, an opt-out first. Idempotent.</summary>
    /// <exception cref="VendorUnavailableException">The vendor does not answer, or the record was converted
    /// meanwhile; plan again later.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses.</exception>
    Task WriteAsync(WritePlan plan, CancellationToken cancellationToken);
}

/// <summary>The wanted state of a person's record. Null and missing values stay unchanged.</summary>
public sealed record PersonWish
{
    public FunnelStage? Stage { get; init; }

    /// <summary>Gets whether the person has opted out. False withdraws an opt-out, only for
    /// one that the hub wrote.</summary>
    public bool? OptedOut { get; init; }

    /// <summary>Gets the profile values, none of them empty: what one tool cleared stays in the others.</summary>
    public ImmutableDictionary<PersonProperty, string> Profile { get; init; } = ImmutableDictionary<PersonProperty, string>.Empty;

    /// <summary>Gets a value indicating whether the lead is handed over again, which reopens a returned lead.</summary>
    public bool Reopened { get; init; }

    public bool IsEmpty => Stage is null && OptedOut is null && Profile.IsEmpty && !Reopened;
}

/// <summary>The steps that fulfil a wish.</summary>
/// <param name="All">Every wished value, an opt-out first, including those that need no write.</param>
public sealed record WritePlan(IdentityKey Record, ImmutableArray<PlannedWrite> All)
{
    /// <summary>Gets the values to write.</summary>
    public IReadOnlyList<PlannedWrite> Writes { get; } = [.. All.Where(write => write.Outcome == WriteOutcome.Written)];
}

/// <summary>A wished value.</summary>
/// <param name="Outcome">Whether it is written, and if not, why.</param>
/// <param name="Field">The tool's field.</param>
/// <param name="Value">The value to write.</param>
/// <param name="Said">The value as the tool will report it: a stage's raw name, <c>OptedOut</c>, or the text.</param>
/// <param name="Before">The present value in the form of <paramref name="Said"/>; null for none.</param>
public sealed record PlannedWrite(PersonProperty Property, WriteOutcome Outcome, string Field, string Value, string Said, string? Before);

using System.Collections.Immutable;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>
/// A tool whose records of people the hub writes to: what became of a lead, whether they may be written to, and those
/// properties of the profile that ops ask for. Writing is in two steps, so that
/// each write can be noted before it is made.
/// </summary>
public interface IPersonTarget : IConnector
{
    /// <summary>
    /// Gets what the hub writes there: <see cref="PersonProperty.Consent"/> always, <see cref="PersonProperty.Stage"/>
    /// where the tool shows stages, properties of the profile as the setting <c>WriteProfile</c> says.
    /// </summary>
    ImmutableHashSet<PersonProperty> Writes { get; }

    /// <summary>
    /// Reads the person's record and compares: what is to be written so that the wish comes true, and what the tool has
    /// already. A converted lead's record is its contact.
    /// </summary>
    /// <returns>Null where the record is gone.</returns>
    /// <exception cref="VendorUnavailableException">The vendor does not answer: try later.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses for good.</exception>
    Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the writes of a plan, an opt-out before everything else. Making them twice is making them once.
    /// </summary>
    /// <exception cref="VendorUnavailableException">The vendor does not answer, or the record has become another one
    /// meanwhile: plan again later.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses for good.</exception>
    Task WriteAsync(WritePlan plan, CancellationToken cancellationToken);
}

/// <summary>How a person's record should look. What is null or not named stays as it is.</summary>
public sealed record PersonWish
{
    /// <summary>Gets the stage.</summary>
    public FunnelStage? Stage { get; init; }

    /// <summary>
    /// Gets whether the person has opted out. False takes an opt-out back: only for one that the hub itself wrote.
    /// </summary>
    public bool? OptedOut { get; init; }

    /// <summary>Gets the values of the profile. None is empty: what one tool cleared stays in the others.</summary>
    public ImmutableDictionary<PersonProperty, string> Profile { get; init; } = ImmutableDictionary<PersonProperty, string>.Empty;

    /// <summary>
    /// Gets a value indicating whether the lead is handed over again: one that was given back is open once more.
    /// </summary>
    public bool Reopened { get; init; }

    /// <summary>Gets a value indicating whether there is nothing to wish for.</summary>
    public bool IsEmpty => Stage is null && OptedOut is null && Profile.IsEmpty && !Reopened;
}

/// <summary>What is to be done so that a wish comes true.</summary>
/// <param name="Record">The record.</param>
/// <param name="All">What is wished for, value by value, an opt-out first; also what needs no writing.</param>
public sealed record WritePlan(IdentityKey Record, ImmutableArray<PlannedWrite> All)
{
    /// <summary>Gets what has to be written.</summary>
    public IReadOnlyList<PlannedWrite> Writes { get; } = [.. All.Where(write => write.Outcome == WriteOutcome.Written)];
}

/// <summary>One value.</summary>
/// <param name="Property">Of what.</param>
/// <param name="Outcome">Whether it has to be written, and if not, why.</param>
/// <param name="Field">The tool's name for it.</param>
/// <param name="Value">The value as the tool takes it.</param>
/// <param name="Said">The value as the tool tells of it when it comes back: a stage's raw name, <c>OptedOut</c>, the
/// text itself.</param>
/// <param name="Before">What the tool has now, in the words of <paramref name="Said"/>; null for nothing.</param>
public sealed record PlannedWrite(PersonProperty Property, WriteOutcome Outcome, string Field, string Value, string Said, string? Before);

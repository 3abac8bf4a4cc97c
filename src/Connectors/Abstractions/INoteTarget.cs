using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool with notes on people. Marketing gets briefs and sales' return reasons as notes.</summary>
public interface INoteTarget : IConnector
{
    /// <summary>Writes a note on the person's record. A no-op when a note with its id exists.</summary>
    /// <returns>False when the tool no longer has the person.</returns>
    /// <exception cref="VendorUnavailableException">The vendor does not answer; retry later.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses.</exception>
    Task<bool> WriteNoteAsync(IdentityKey person, PersonNote note, CancellationToken cancellationToken);
}

/// <summary>A note on a person.</summary>
/// <param name="Id">Identifies the note.</param>
/// <param name="At">When its content happened.</param>
/// <param name="Lines">Its text, each line clean. Personal data: never log it.</param>
public sealed record PersonNote(string Id, DateTimeOffset At, IReadOnlyList<string> Lines)
{
    /// <summary>Gets the reason of a return, for tools with a property for it; null for other notes.</summary>
    public string? ReturnReason { get; init; }
}

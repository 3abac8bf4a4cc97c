using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A tool that keeps notes on people: marketing gets the briefs of its handoffs, and sales' reasons for a return, as such.</summary>
public interface INoteTarget : IConnector
{
    /// <summary>Writes a note on the person's record, unless one of its id is there already.</summary>
    /// <returns>False where the tool no longer has the person.</returns>
    /// <exception cref="VendorUnavailableException">The vendor does not answer: try later.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses for good.</exception>
    Task<bool> WriteNoteAsync(IdentityKey person, PersonNote note, CancellationToken cancellationToken);
}

/// <summary>A note on a person.</summary>
/// <param name="Id">What makes two notes the same.</param>
/// <param name="At">When what it tells happened.</param>
/// <param name="Lines">Its text, each line clean. Personal data: never to be logged.</param>
public sealed record PersonNote(string Id, DateTimeOffset At, IReadOnlyList<string> Lines)
{
    /// <summary>Gets the reason of a return, for tools that keep it in a property of its own; null for other notes.</summary>
    public string? ReturnReason { get; init; }
}

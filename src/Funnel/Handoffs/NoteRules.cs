namespace IntegrationHub.Funnel;

/// <summary>Decides which notes about handoffs are written, and keeps a repeat from writing a second one. Pure. A tool
/// finds its note by the hub's mark. That does not help while another worker writes it, nor right after an answer was
/// lost: a tool may show a note some seconds after it has it.</summary>
public static class NoteRules
{
    /// <summary>How long a begun note is left alone: longer than a call takes, and than a tool hides a note that it
    /// has.</summary>
    public static readonly TimeSpan LeftAloneFor = TimeSpan.FromMinutes(2);

    /// <summary>Whether a note of the handoff is known to be in the tool.</summary>
    public static bool IsWritten(Handoff handoff, HandoffNote note) => handoff.Notes.Any(note.IsSame);

    /// <summary>Returns how long to leave a begun note alone; null when it may be written.</summary>
    public static TimeSpan? LeftAlone(Handoff handoff, HandoffNote note) =>
        handoff.NotesBegun.FirstOrDefault(note.IsSame) is { } begun && begun.At + LeftAloneFor - note.At is var left && left > TimeSpan.Zero
            ? left
            : null;

    /// <summary>Notes that a note is begun.</summary>
    /// <returns>The next state; null when it is written already, or must be left alone.</returns>
    public static JourneyState? Begin(JourneyState state, string handoffId, HandoffNote note) =>
        state.Ledger.Handoffs.FirstOrDefault(handoff => handoff.Id == handoffId) is { } handoff
        && !IsWritten(handoff, note) && LeftAlone(handoff, note) is null
            ? state.WithHandoff(handoffId, known => known with { NotesBegun = known.NotesBegun.RemoveAll(note.IsSame).Add(note) })
            : null;

    /// <summary>Ends a begun note.</summary>
    /// <param name="written">Whether the tool has it. When it surely has not, it may be written at once.</param>
    /// <returns>The next state; null when nothing changes.</returns>
    public static JourneyState? End(JourneyState state, string handoffId, HandoffNote note, bool written) =>
        state.Ledger.Handoffs.FirstOrDefault(handoff => handoff.Id == handoffId) is { } handoff
        && (handoff.NotesBegun.Any(note.IsSame) || (written && !IsWritten(handoff, note)))
            ? state.WithHandoff(handoffId, known => known with
            {
                NotesBegun = known.NotesBegun.RemoveAll(note.IsSame),
                Notes = written && !IsWritten(known, note) ? known.Notes.Add(note) : known.Notes,
            })
            : null;
}

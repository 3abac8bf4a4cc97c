namespace IntegrationHub.Connectors.Abstractions;

/// <summary>Writes a note once in a tool that gives notes no id of ours: the hub's mark in the text identifies it, even
/// when the note was moved or edited.</summary>
internal static class NoteOnce
{
    /// <summary>Returns the mark that a text with an id ends with.</summary>
    public static string MarkOf(string id) => $"[integration-hub {id}]";

    /// <summary>Writes a note, unless its mark is there already.</summary>
    /// <param name="there">The texts of the person's notes; null when the tool no longer has the person.</param>
    /// <param name="add">Adds a note of these lines.</param>
    /// <returns>False when the tool no longer has the person.</returns>
    public static async Task<bool> WriteAsync(PersonNote note, IReadOnlyList<string>? there, Func<IReadOnlyList<string>, Task> add)
    {
        if (there is null)
        {
            return false;
        }

        var mark = MarkOf(note.Id);
        if (!there.Any(text => text.Contains(mark, StringComparison.Ordinal)))
        {
            await add([.. note.Lines, "", mark]);
        }

        return true;
    }
}

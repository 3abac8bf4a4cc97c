using System.Globalization;

namespace IntegrationHub.Demo;

/// <summary>Tells the story on the console. On a terminal the last line shows how far it is and what it waits for; elsewhere there are only plain lines.</summary>
internal sealed class Narrator
{
    private const int BarWidth = 16;

    private readonly Lock _lock = new();
    private readonly bool _live = !Console.IsOutputRedirected;
    private readonly List<string> _awaited = [];
    private int _chapter = 1;
    private int _chapters = 1;

    public void Chapter(int number, int all, string title)
    {
        (_chapter, _chapters) = (number, all);
        Line("");
        Line($"{number}/{all}  {title}", ConsoleColor.Cyan);
    }

    public void Say(string text) => Line($"     {text}");

    public void Await(string what)
    {
        lock (_lock)
        {
            _awaited.Add(what);
            Draw();
        }
    }

    public void Held(string what, TimeSpan took)
    {
        Arrive(what);
        Line(string.Create(CultureInfo.InvariantCulture, $"  ok {what}  ({took.TotalSeconds:0.0} s)"), ConsoleColor.Green);
    }

    public void Broken(string what, string instead)
    {
        Arrive(what);
        Line($"  NO {what}", ConsoleColor.Red);
        Line($"     instead: {instead}", ConsoleColor.Red);
    }

    /// <summary>Writes rows in columns; the first row is the head.</summary>
    public void Table(IReadOnlyList<string[]> rows)
    {
        var widths = rows[0].Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            Line($"     {string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column])))}".TrimEnd(), row == rows[0] ? ConsoleColor.Cyan : null);
        }
    }

    public void Line(string text, ConsoleColor? colour = null)
    {
        lock (_lock)
        {
            Erase();
            if (_live && colour is { } wanted)
            {
                Console.ForegroundColor = wanted;
            }

            Console.WriteLine(text);
            if (_live)
            {
                Console.ResetColor();
            }

            Draw();
        }
    }

    private void Arrive(string what)
    {
        lock (_lock)
        {
            _awaited.Remove(what);
        }
    }

    private void Erase()
    {
        if (_live)
        {
            Console.Write($"\r{new string(' ', Width)}\r");
        }
    }

    private void Draw()
    {
        if (!_live || _awaited.Count == 0)
        {
            return;
        }

        var filled = BarWidth * (_chapter - 1) / _chapters;
        var more = _awaited.Count > 1 ? $"(and {_awaited.Count - 1} more) " : "";
        var line = $"[{new string('#', filled)}{new string('.', BarWidth - filled)}] {_chapter}/{_chapters}  waiting: {more}{_awaited[0]}";
        Erase();
        Console.Write(line.Length <= Width ? line : line[..Width]);
    }

    /// <summary>Gets one less than the terminal has, so that nothing wraps; a terminal that does not know is taken for a usual one.</summary>
    private static int Width => (Console.WindowWidth > 0 ? Console.WindowWidth : 80) - 1;
}

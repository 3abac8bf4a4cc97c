using System.Diagnostics;
using Spectre.Console;

namespace IntegrationHub.Demo;

/// <summary>
/// Prints the story. On a terminal the last line is live and shows the awaited step;
/// elsewhere there are only plain lines.
/// </summary>
internal sealed class Narrator
{
    /// <summary>Redirected lines are never broken.</summary>
    private const int PlainWidth = 1_000;

    private static readonly TimeSpan LiveBeat = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan PlainBeat = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly IAnsiConsole _console = AnsiConsole.Console;
    private readonly bool _live = AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected;
    private readonly List<string> _awaited = [];
    private StatusContext? _status;
    private string _chapter = "";

    public Narrator()
    {
        if (!_live)
        {
            _console.Profile.Width = PlainWidth;
        }
    }

    /// <summary>Runs a step before the story with its progress and duration.</summary>
    /// <param name="doing">What is being done.</param>
    /// <param name="done">What has been done.</param>
    /// <param name="runAsync">Runs the step; its argument shows the progress.</param>
    public async Task<T> StepAsync<T>(string doing, string done, Func<Action<string>, Task<T>> runAsync)
    {
        var clock = Stopwatch.StartNew();
        if (!_live)
        {
            Line($"{doing} ...");
        }

        T result = default!;
        await LiveAsync(doing, async () =>
        {
            var progress = "";
            using var ended = new CancellationTokenSource();
            var beating = BeatAsync(() => Beaten(doing, progress, clock.Elapsed), ended.Token);
            try
            {
                result = await runAsync(text => Progressed(progress = text, clock.Elapsed));
            }
            finally
            {
                await ended.CancelAsync();
                await beating;
            }
        });
        Done(done, clock.Elapsed);
        return result;
    }

    /// <summary>Runs an action. On a terminal the last line shows what it waits for.</summary>
    public Task LiveAsync(string first, Func<Task> runAsync) => !_live ? runAsync() : _console.Status().StartAsync(Markup.Escape(first), async status =>
    {
        _status = status;
        try
        {
            await runAsync();
        }
        finally
        {
            _status = null;
        }
    });

    public void Chapter(int number, int all, string title)
    {
        _chapter = $"{number}/{all}";
        Line("");
        Write($"[aqua]{number}/{all}  {Markup.Escape(title)}[/]");
    }

    public void Say(string text) => Line($"     {text}");

    public void Await(string what)
    {
        lock (_lock)
        {
            _awaited.Add(what);
            ShowAwaited();
        }
    }

    public void Held(string what, TimeSpan took)
    {
        Arrive(what);
        Done(what, took);
    }

    public void Broken(string what, string instead)
    {
        Arrive(what);
        Write($"  [red]NO {Markup.Escape(what)}[/]");
        Write($"     [red]instead: {Markup.Escape(instead)}[/]");
    }

    /// <summary>Prints how the story ended.</summary>
    public void Summary(int held, IReadOnlyList<string> broken)
    {
        Write(broken.Count == 0 ? $"[green]All {held} expectations held.[/]" : $"[red]{broken.Count} of {held + broken.Count} expectations did not hold:[/]");
        foreach (var each in broken)
        {
            Line($"  - {each}");
        }
    }

    /// <summary>Prints why there is no story.</summary>
    public void Fail(string why) => Write($"[red]{Markup.Escape(why)}[/]");

    /// <summary>Writes rows in columns; the first row is the head.</summary>
    public void Table(IReadOnlyList<string[]> rows)
    {
        var table = new Table { Border = _live ? TableBorder.Simple : TableBorder.None };
        Array.ForEach(rows[0], head => table.AddColumn(new TableColumn($"[aqua]{Markup.Escape(head)}[/]") { NoWrap = head != Widest(rows) }));
        foreach (var row in rows.Skip(1))
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        lock (_lock)
        {
            _console.Write(new Padder(table).Padding(4, 0, 0, 0));
        }
    }

    /// <summary>The head of the column that may wrap.</summary>
    private static string Widest(IReadOnlyList<string[]> rows) => rows[0].Index().MaxBy(head => rows.Max(row => row[head.Index].Length)).Item;

    public void Line(string text) => Write(Markup.Escape(text));

    private void Done(string what, TimeSpan took) => Write($"  [green]ok {Markup.Escape(what)}[/]  ({took.TotalSeconds:0.0} s)");

    private void Write(string markup)
    {
        lock (_lock)
        {
            _console.MarkupLine(markup);
        }
    }

    private void Progressed(string progress, TimeSpan elapsed) => Write($"  [grey]{elapsed.TotalSeconds,5:0.0} s  {Markup.Escape(progress)}[/]");

    private void Beaten(string doing, string progress, TimeSpan elapsed)
    {
        if (_live)
        {
            var far = progress.Length > 0 ? $": {progress}" : "";
            _status?.Status(Markup.Escape(Fit($"{doing}, {elapsed.TotalSeconds:0} s{far}")));
        }
        else
        {
            Line($"  {elapsed.TotalSeconds,5:0.0} s  ...");
        }
    }

    private async Task BeatAsync(Action beat, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(_live ? LiveBeat : PlainBeat);
        while (await NextAsync(timer, ended))
        {
            beat();
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken ended)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ended);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Arrive(string what)
    {
        lock (_lock)
        {
            _awaited.Remove(what);
            ShowAwaited();
        }
    }

    private void ShowAwaited()
    {
        var more = _awaited.Count > 1 ? $" (and {_awaited.Count - 1} more)" : "";
        _status?.Status(Markup.Escape(_awaited.Count == 0 ? _chapter : Fit($"{_chapter}  waiting{more}: {_awaited[0]}")));
    }

    /// <summary>Cuts what would wrap on the terminal, beside the spinner.</summary>
    private string Fit(string text)
    {
        var width = Math.Max(20, _console.Profile.Width - 6);
        return text.Length <= width ? text : text[..width];
    }
}

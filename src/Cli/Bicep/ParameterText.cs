namespace IntegrationHub.Cli.Bicep;

/// <summary>
/// Finds the parameter that stands at a place of a <c>.bicepparam</c> file, such as
/// <c>routing.sales.routes[0].owner</c>. It reads only the outline: objects, lists, names and plain texts. The compiler
/// judges the rest.
/// </summary>
internal sealed class ParameterText
{
    private readonly string _text;
    private readonly List<int> _lines = [0];
    private readonly List<Entry> _entries = [];
    private int _at;

    public ParameterText(string text)
    {
        _text = text;
        _lines.AddRange(text.Index().Where(letter => letter.Item == '\n').Select(letter => letter.Index + 1));
        while (ReadStatement())
        {
        }
    }

    /// <summary>Gets the texts of the file by the parameter, where one stands as it is.</summary>
    public Dictionary<string, string> Texts { get; } = new(StringComparer.Ordinal);

    /// <summary>Returns the parameter around a place; null outside of every parameter.</summary>
    /// <param name="line">Zero-based.</param>
    /// <param name="column">Zero-based.</param>
    public string? At(int line, int column)
    {
        var place = line < _lines.Count ? _lines[line] + column : _text.Length;
        return _entries.Where(entry => entry.Start <= place && place < Math.Max(entry.End, entry.Start + 1))
            .MaxBy(entry => entry.Start)?.Path;
    }

    /// <summary>Returns the number of the line at which a parameter stands, from 1; of the nearest around it when it is
    /// left out; null when nothing of it is in the file.</summary>
    public int? LineOf(string path)
    {
        for (var next = path; next.Length > 0; next = Above(next))
        {
            if (_entries.Find(entry => entry.Path.Equals(next, StringComparison.OrdinalIgnoreCase)) is { } entry)
            {
                var after = _lines.FindIndex(start => start > entry.Start);
                return after < 0 ? _lines.Count : after;
            }
        }

        return null;
    }

    private static string Above(string path) => path[..Math.Max(0, path.LastIndexOfAny(['.', '[']))];

    private char Here => _at < _text.Length ? _text[_at] : '\0';

    private bool ReadStatement()
    {
        SkipBlank(lines: true);
        if (_at >= _text.Length)
        {
            return false;
        }

        var start = _at;
        var word = ReadWord();
        if (word is "param" or "var")
        {
            SkipBlank(lines: false);
            var from = _at;
            var name = ReadWord();
            SkipUntil('=');
            ReadValue(name, from);
        }
        else
        {
            SkipExpression();
        }

        _at = Math.Max(_at, start + 1);
        return true;
    }

    private void ReadValue(string path, int start)
    {
        SkipBlank(lines: false);
        if (Here == '{')
        {
            ReadMembers(path, '}', ReadMember);
        }
        else if (Here == '[')
        {
            var number = 0;
            ReadMembers(path, ']', _ => ReadValue($"{path}[{number++}]", _at));
        }
        else if (Here == '\'' && ReadText() is { } text && (Here is ' ' or '\t' or '\r' or '\n' or ',' or '}' or ']' or '/' or '\0'))
        {
            Texts[path] = text;
        }

        SkipExpression();
        _entries.Add(new(start, _at, path));
    }

    private void ReadMembers(string path, char end, Action<string> readMember)
    {
        _at++;
        while (true)
        {
            SkipBlank(lines: true);
            if (Here == ',')
            {
                _at++;
                continue;
            }

            if (Here == end || Here == '\0')
            {
                _at++;
                return;
            }

            var before = _at;
            readMember(path);
            _at = Math.Max(_at, before + 1);
        }
    }

    private void ReadMember(string path)
    {
        var start = _at;
        var name = Here == '\'' ? ReadText() ?? "" : ReadWord();
        SkipBlank(lines: false);
        if (Here == ':')
        {
            _at++;
            ReadValue($"{path}.{name}", start);
        }
        else
        {
            SkipExpression();
        }
    }

    private string ReadWord()
    {
        var start = _at;
        while (char.IsLetterOrDigit(Here) || Here == '_')
        {
            _at++;
        }

        return _text[start.._at];
    }

    /// <summary>Reads a text in quotes. Returns null for one that is computed or has several lines.</summary>
    private string? ReadText()
    {
        if (string.CompareOrdinal(_text, _at, "'''", 0, 3) == 0)
        {
            var end = _text.IndexOf("'''", Math.Min(_at + 3, _text.Length), StringComparison.Ordinal);
            _at = end < 0 ? _text.Length : end + 3;
            return null;
        }

        var (text, plain) = (new System.Text.StringBuilder(), true);
        for (_at++; Here is not ('\'' or '\n' or '\0'); _at++)
        {
            if (Here == '\\')
            {
                _at++;
            }
            else if (Here == '$' && _at + 1 < _text.Length && _text[_at + 1] == '{')
            {
                plain = false;
            }

            text.Append(Here);
        }

        _at = Here == '\'' ? _at + 1 : _at;
        return plain ? text.ToString() : null;
    }

    /// <summary>Skips what is not an outline, up to the end of the line or of the object or list around it.</summary>
    private void SkipExpression()
    {
        var depth = 0;
        while (Here != '\0' && (depth > 0 || Here is not ('\n' or ',' or '}' or ']' or ')')))
        {
            if (Here == '\'')
            {
                ReadText();
                continue;
            }

            if (Here == '/' && _at + 1 < _text.Length && _text[_at + 1] is '/' or '*')
            {
                SkipBlank(lines: false);
                continue;
            }

            depth += Here is '(' or '{' or '[' ? 1 : Here is ')' or '}' or ']' ? -1 : 0;
            _at++;
        }
    }

    private void SkipUntil(char sign)
    {
        while (Here != sign && Here is not ('\n' or '\0'))
        {
            _at++;
        }

        _at = Here == sign ? _at + 1 : _at;
    }

    /// <summary>Skips blanks and comments.</summary>
    private void SkipBlank(bool lines)
    {
        while (true)
        {
            if (Here is ' ' or '\t' or '\r' || (lines && Here == '\n'))
            {
                _at++;
            }
            else if (Here == '/' && _at + 1 < _text.Length && _text[_at + 1] == '/')
            {
                _at = _text.IndexOf('\n', _at) is var end and >= 0 ? end : _text.Length;
            }
            else if (Here == '/' && _at + 1 < _text.Length && _text[_at + 1] == '*')
            {
                _at = _text.IndexOf("*/", _at, StringComparison.Ordinal) is var end and >= 0 ? end + 2 : _text.Length;
            }
            else
            {
                return;
            }
        }
    }

    private sealed record Entry(int Start, int End, string Path);
}

namespace IntegrationHub.Cli.Starting;

/// <summary>Answers to questions about a first parameters file: given by options, else typed by a person.</summary>
/// <param name="given">What the options say, by parameter.</param>
/// <param name="input">Where a person types; null when nobody does.</param>
/// <param name="output">Where questions are shown.</param>
internal sealed class Answers(IReadOnlyDictionary<string, string> given, TextReader? input, TextWriter output)
{
    private readonly HashSet<string> _used = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _faults = [];

    /// <summary>Gets what is wrong or missing when nobody types, and what was given but never asked.</summary>
    public IReadOnlyList<string> Faults =>
        [.. _faults, .. given.Keys.Where(key => !_used.Contains(key)).Select(key => $"{key}: must be left out: nothing asks for it.")];

    /// <summary>Whether an option answers a parameter, or something within it.</summary>
    public bool Has(string parameter) => given.Keys.Any(key =>
        key.StartsWith(parameter, StringComparison.OrdinalIgnoreCase)
        && (key.Length == parameter.Length || key[parameter.Length] is '.' or '['));

    /// <summary>Asks for a value.</summary>
    /// <param name="parameter">The parameter that it is for.</param>
    /// <param name="question">What is asked, for people.</param>
    /// <param name="example">A right value; null for none.</param>
    /// <param name="usual">What an empty answer means; null when one is needed.</param>
    /// <param name="faultOf">Says what the value must be; null for a valid one.</param>
    /// <returns>The value; an empty text, with a fault, when there is none.</returns>
    public string Ask(string parameter, string question, string? example, string? usual, Func<string, string?> faultOf)
    {
        _used.Add(parameter);
        if (given.TryGetValue(parameter, out var value))
        {
            return Take(parameter, value.Trim(), example, faultOf);
        }

        if (input is null)
        {
            return usual ?? Take(parameter, "", example, faultOf);
        }

        while (true)
        {
            output.Write($"{question}{(example is null ? "" : $" (for example {example})")}{(usual is null ? "" : $" [{usual}]")}: ");
            if (input.ReadLine() is not { } typed)
            {
                return Take(parameter, "", example, faultOf);
            }

            typed = typed.Trim();
            if (typed.Length == 0 && usual is not null)
            {
                return usual;
            }

            if (FaultOf(typed, faultOf) is not { } fault)
            {
                return typed;
            }

            output.WriteLine($"  It {fault}.");
        }
    }

    private static string? FaultOf(string value, Func<string, string?> faultOf) => value.Length == 0 ? "must be set" : faultOf(value);

    private string Take(string parameter, string value, string? example, Func<string, string?> faultOf)
    {
        if (FaultOf(value, faultOf) is not { } fault)
        {
            return value;
        }

        _faults.Add($"{parameter}: {fault}{(example is null ? "" : $", for example --set {parameter}={example}")}.");
        return "";
    }
}

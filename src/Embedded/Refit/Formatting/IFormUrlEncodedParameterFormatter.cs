namespace Refit;

/// <summary>Turns a value into its text in a form.</summary>
public interface IFormUrlEncodedParameterFormatter
{
    /// <summary>Formats one value; the caller encodes the result.</summary>
    /// <param name="value">The value.</param>
    /// <param name="formatString">A format string, or null.</param>
    /// <returns>The text; null leaves the value out.</returns>
    string? Format(object? value, string? formatString);
}

namespace IntegrationHub.Cli.Checking;

/// <summary>What is wrong with a parameter.</summary>
/// <param name="Parameter">Its name from the top, such as <c>connectors.hubspot.portalId</c>; null where it is
/// none's.</param>
/// <param name="Line">The line of the file, from 1; null when unknown.</param>
/// <param name="Message">What the value must be. It repeats no value, which may be a secret.</param>
/// <param name="Code">The code of the compiler; null when the hub found it.</param>
internal sealed record Fault(string? Parameter, int? Line, string Message, string? Code)
{
    /// <summary>Returns the fault in one line.</summary>
    public string Describe(string file)
    {
        var (place, code) = (Line is { } line ? $"({line})" : "", Code is null ? "" : $" [{Code}]");
        return $"{file}{place}: {(Parameter is null ? "" : $"{Parameter}: ")}{Message}{code}";
    }
}

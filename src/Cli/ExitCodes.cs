namespace IntegrationHub.Cli;

/// <summary>
/// The exit codes of the process. README.md and the help of each command say what a code means there.
/// </summary>
internal static class ExitCodes
{
    /// <summary>All that was asked for is done.</summary>
    public const int Done = 0;

    /// <summary>Something that was asked for could not be done; the output says what.</summary>
    public const int NotDone = 1;

    /// <summary>The command line or a settings file is wrong, and nothing was done.</summary>
    public const int Misused = 2;

    /// <summary>No hub answers where one was expected.</summary>
    public const int NoHub = 3;
}

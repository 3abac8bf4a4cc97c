namespace IntegrationHub.Cli.Bicep;

/// <summary>The compiler, or a rule of the template, refuses a file.</summary>
/// <param name="reason">The compiler's words.</param>
internal sealed class BicepException(string reason) : Exception(reason);

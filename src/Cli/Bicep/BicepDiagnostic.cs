namespace IntegrationHub.Cli.Bicep;

/// <summary>What the compiler says about a place of a file.</summary>
/// <param name="Code">The compiler's code, such as BCP035.</param>
/// <param name="IsError">Whether the file does not compile; else it is a warning.</param>
/// <param name="Message">The compiler's words. They may quote a value.</param>
/// <param name="Line">The zero-based line.</param>
/// <param name="Column">The zero-based column.</param>
/// <param name="EndLine">The zero-based line at which the place ends.</param>
/// <param name="EndColumn">The zero-based column before which the place ends.</param>
internal sealed record BicepDiagnostic(
    string Code, bool IsError, string Message, int Line, int Column, int EndLine, int EndColumn);

/// <summary>A compiled parameters file.</summary>
/// <param name="Diagnostics">What the compiler says; empty when all is well.</param>
/// <param name="Parameters">The parameters by name, as JSON; null when the file does not compile.</param>
/// <param name="Template">The template; null when the file does not compile.</param>
internal sealed record CompiledParameters(
    IReadOnlyList<BicepDiagnostic> Diagnostics, System.Text.Json.Nodes.JsonObject? Parameters, System.Text.Json.Nodes.JsonNode? Template);

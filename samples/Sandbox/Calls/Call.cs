namespace IntegrationHub.Sandbox.Calls;

/// <summary>One call that a vendor got.</summary>
/// <param name="Path">The path's template: ids are <c>{id}</c>, the rest is as called.</param>
/// <param name="Target">The path and query as called.</param>
/// <param name="Status">The answer; 0 when none was given.</param>
/// <param name="Fault">The fault, if any.</param>
public sealed record Call(DateTimeOffset At, string Vendor, string Method, string Path, string Target, int Status, string? Fault);

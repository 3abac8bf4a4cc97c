namespace IntegrationHub.Sandbox.Calls;

/// <summary>How often a vendor got a call, and how often it answered it with a 2xx.</summary>
public sealed record CallCount(string Vendor, string Method, string Path, int Count, int Succeeded);

using IntegrationHub.Sandbox.Dynamics;
using IntegrationHub.Sandbox.HubSpot;
using IntegrationHub.Sandbox.Marketo;
using IntegrationHub.Sandbox.Pipedrive;
using IntegrationHub.Sandbox.Salesforce;

namespace IntegrationHub.Sandbox;

/// <summary>How the sandbox is set up. Section <c>Sandbox</c>.</summary>
public sealed class SandboxOptions
{
    /// <summary>Gets the address to listen on; port 0 takes a free one.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:5080";

    /// <summary>
    /// Gets the clock of all stamps, token lifetimes and signatures. Delays and retries always run in real time.
    /// </summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public HubSpotOptions HubSpot { get; init; } = new();

    public MarketoOptions Marketo { get; init; } = new();

    public SalesforceOptions Salesforce { get; init; } = new();

    public PipedriveOptions Pipedrive { get; init; } = new();

    public DynamicsOptions Dynamics { get; init; } = new();
}

namespace IntegrationHub.Sandbox.HubSpot;

internal enum HubSpotPropertyKind
{
    Text,
    Number,
    DateTime,
    Bool,
}

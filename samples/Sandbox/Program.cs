using IntegrationHub.Sandbox;

if (args.Any(argument => argument is "--help" or "-h" or "-?" or "/?"))
{
    Console.WriteLine("Plays HubSpot, Salesforce, Pipedrive and Dataverse: --urls http://127.0.0.1:5080 chooses the address, Sandbox__{vendor}__… the rest.");
    return 0;
}

var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
var settings = configuration.GetSection("Sandbox");
var options = new SandboxOptions
{
    Urls = configuration["urls"] ?? settings["Urls"] ?? new SandboxOptions().Urls,
    HubSpot = settings.GetSection("HubSpot").Get<IntegrationHub.Sandbox.HubSpot.HubSpotOptions>() ?? new(),
    Salesforce = settings.GetSection("Salesforce").Get<IntegrationHub.Sandbox.Salesforce.SalesforceOptions>() ?? new(),
    Pipedrive = settings.GetSection("Pipedrive").Get<IntegrationHub.Sandbox.Pipedrive.PipedriveOptions>() ?? new(),
    Dynamics = settings.GetSection("Dynamics").Get<IntegrationHub.Sandbox.Dynamics.DynamicsOptions>() ?? new(),
};

await using var sandbox = await SandboxHost.StartAsync(options);
Console.WriteLine($"""
    The sandbox plays HubSpot, Salesforce, Pipedrive and Dataverse. Nothing is kept when it ends.
      look around  {sandbox.Url}/
      HubSpot      {sandbox.Url}/hubspot      token {options.HubSpot.PrivateAppToken}
      Salesforce   {sandbox.Url}/salesforce   client {options.Salesforce.ClientId}
      Pipedrive    {sandbox.Url}/pipedrive    token {options.Pipedrive.ApiToken}
      Dataverse    {sandbox.Url}/dynamics     client {options.Dynamics.ClientId}
    """);
await sandbox.WaitForShutdownAsync();
return 0;

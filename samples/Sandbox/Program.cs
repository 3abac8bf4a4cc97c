using IntegrationHub.Sandbox;

if (args.Any(argument => argument is "--help" or "-h" or "-?" or "/?"))
{
    Console.WriteLine("Plays HubSpot and Salesforce: --urls http://127.0.0.1:5080 chooses the address, Sandbox__HubSpot__… and Sandbox__Salesforce__… the rest.");
    return 0;
}

var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
var settings = configuration.GetSection("Sandbox");
var options = new SandboxOptions
{
    Urls = configuration["urls"] ?? settings["Urls"] ?? new SandboxOptions().Urls,
    HubSpot = settings.GetSection("HubSpot").Get<IntegrationHub.Sandbox.HubSpot.HubSpotOptions>() ?? new(),
    Salesforce = settings.GetSection("Salesforce").Get<IntegrationHub.Sandbox.Salesforce.SalesforceOptions>() ?? new(),
};

await using var sandbox = await SandboxHost.StartAsync(options);
Console.WriteLine($"""
    The sandbox plays HubSpot and Salesforce. Nothing is kept when it ends.
      look around  {sandbox.Url}/
      HubSpot      {sandbox.Url}/hubspot      token {options.HubSpot.PrivateAppToken}
      Salesforce   {sandbox.Url}/salesforce   client {options.Salesforce.ClientId}
    """);
await sandbox.WaitForShutdownAsync();
return 0;

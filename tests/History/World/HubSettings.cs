using IntegrationHub.LocalPlatform.ServiceBus;
using IntegrationHub.Tests.Support;

namespace IntegrationHub.History.World;

/// <summary>The settings of a hub whose limits are seconds.</summary>
internal static class HubSettings
{
    /// <param name="publicUrl">The address that all hubs share, which HubSpot signs.</param>
    public static Dictionary<string, string> Of(string directory, string publicUrl, string tablesUrl, int blobPort, string vendorsUrl, int busPort, int smtpPort) => new()
    {
        ["ServiceBus"] = LocalBus.ConnectionStringFor(busPort),
        ["AzureWebJobsStorage"] =
            $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={AzuriteProcess.Key};"
            + $"BlobEndpoint=http://127.0.0.1:{blobPort}/devstoreaccount1;TableEndpoint={tablesUrl}/devstoreaccount1;",
        ["Hub__DataDirectory"] = directory,
        ["Hub__PublicUrl"] = publicUrl,
        ["Hub__FunctionKey"] = HubUnderTest.Key,
        ["Hub__Peppers"] = "k1:cGVwcGVyIG9mIHRoZSBodWJzIG9mIGEgaGlzdG9yeSw=",
        ["Hub__LiveSince"] = "2000-01-01T00:00:00Z",
        ["Outward__TasksPerHour"] = "off",
        ["Outward__WritesPerHour"] = "off",
        ["Outward__AlertsPerHour"] = "off",
        ["Archive__Keys"] = Given.ArchiveKeys,
        ["Hub__RetryDelays"] = string.Join(',', Enumerable.Repeat("00:00:01", 300)),
        ["LocalPlatform__WorkerFailureLimit"] = "1000",
        ["Mail__Smtp__Host"] = "127.0.0.1",
        ["Mail__Smtp__Port"] = $"{smtpPort}",
        ["Mail__From"] = "hub@example.com",
        ["Teams__marketing__Recipients"] = "marketing@example.com",
        ["Teams__sales__Recipients"] = "sales@example.com",
        ["Schedules__DrainSpool"] = "*/1 * * * * *",
        ["Schedules__DetectOutages"] = "*/5 * * * * *",
        ["Schedules__DetectStalls"] = "*/2 * * * * *",
        ["Schedules__PollConnectors"] = "*/2 * * * * *",
        ["Schedules__SendMails"] = "*/2 * * * * *",
        ["Funnel__Stages__referral__StallAfter"] = "00:00:03",
        ["Alerts__HeadsUpAt"] = "off",
        ["Alerts__EscalateAt"] = "off",
        ["Alerts__GroupWait"] = "00:00:01",
        ["Alerts__GroupInterval"] = "00:00:01",
        ["Alerts__CatchUp"] = "00:00:02",
        ["Connectors__hubspot__Type"] = "HubSpot",
        ["Connectors__hubspot__BaseUrl"] = $"{vendorsUrl}/hubspot/",
        ["Connectors__hubspot__ClientSecret"] = "sandbox-hubspot-client-secret",
        ["Connectors__hubspot__AccessToken"] = "pat-sandbox",
        ["Connectors__hubspot__PortalId"] = "62515",
        ["Connectors__hubspot__WriteProfile"] = "phone,jobTitle",
        ["Connectors__salesforce__Type"] = "Salesforce",
        ["Connectors__salesforce__BaseUrl"] = $"{vendorsUrl}/salesforce/",
        ["Connectors__salesforce__ClientId"] = "sandbox-salesforce-client",
        ["Connectors__salesforce__ClientSecret"] = "sandbox-salesforce-client-secret",
        ["Connectors__salesforce__OrganizationId"] = "00D5g000001AbCdEAK",
        ["Connectors__salesforce__WriteProfile"] = "phone,jobTitle",
        ["Logging__LogLevel__Default"] = "Warning",
        ["DOTNET_TieredPGO"] = "0",

        // Twenty seconds, in hexadecimal: compiling again what a hub has just begun to use took a third of its processor time.
        ["DOTNET_TC_CallCountingDelayMs"] = "4E20",
    };
}

using IntegrationHub.Sandbox;
using HubSpotOptions = IntegrationHub.Sandbox.HubSpot.HubSpotOptions;
using SalesforceOptions = IntegrationHub.Sandbox.Salesforce.SalesforceOptions;

namespace IntegrationHub.Demo;

/// <summary>The demo's settings: seconds instead of days, and the sandbox instead of the vendors.</summary>
internal static class DemoSettings
{
    public const string ReturnReasonField = "Return_Reason__c";

    /// <summary>How long a lead may stand on Interest.</summary>
    public static readonly TimeSpan InterestLimit = TimeSpan.FromSeconds(25);

    /// <summary>How long sales may take to accept a handoff.</summary>
    public static readonly TimeSpan AcceptLimit = TimeSpan.FromSeconds(20);

    public static string MailOf(string team) => $"{team}@example.com";

    public static SandboxOptions Sandbox(string hubUrl) => new()
    {
        Urls = "http://127.0.0.1:0",
        HubSpot = new HubSpotOptions { WebhookUrl = $"{hubUrl}/api/webhooks/hubspot" },
        Salesforce = new SalesforceOptions { CustomFields = [$"Lead.{ReturnReasonField}"] },
    };

    /// <summary>The hub's settings.</summary>
    /// <param name="deployed">The settings of <c>demo.bicepparam</c> as a deployment would write them, in place of the demo's own; null for
    /// the demo's own.</param>
    public static IReadOnlyDictionary<string, string> Hub(
        string hubUrl, string key, string directory, SandboxHost sandbox, SandboxOptions played, IReadOnlyDictionary<string, string>? deployed)
    {
        var settings = new Dictionary<string, string>(deployed?.Where(setting => !IsOfAzure(setting.Key)) ?? Story, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in Local(hubUrl, key, directory, sandbox, played))
        {
            settings[name] = value;
        }

        return settings;
    }

    /// <summary>What the local platform sets itself, or has no use for.</summary>
    private static bool IsOfAzure(string key) =>
        OfAzure.Any(prefix => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private static readonly string[] OfAzure = ["AzureWebJobs", "ServiceBus", "APPLICATIONINSIGHTS", "FUNCTIONS_", "WEBSITE_", "Mail:AzureCommunication"];

    /// <summary>What only this machine knows: addresses, and what the sandbox takes.</summary>
    private static Dictionary<string, string> Local(string hubUrl, string key, string directory, SandboxHost sandbox, SandboxOptions played) => new()
    {
        ["Hub:PublicUrl"] = hubUrl,
        ["Hub:DataDirectory"] = directory,
        ["Hub:FunctionKey"] = key,
        ["Hub:KeyInUrl"] = "true",
        ["Connectors:hubspot:BaseUrl"] = $"{sandbox.Url}/hubspot",
        ["Connectors:hubspot:ClientSecret"] = played.HubSpot.ClientSecret,
        ["Connectors:hubspot:AccessToken"] = played.HubSpot.PrivateAppToken,
        ["Connectors:salesforce:BaseUrl"] = $"{sandbox.Url}/salesforce",
        ["Connectors:salesforce:ClientSecret"] = played.Salesforce.ClientSecret,
        ["Connectors:salesforce:OwnerId"] = sandbox.Salesforce.Owners[0],
    };

    /// <summary>The same as in <c>demo.bicepparam</c>.</summary>
    private static readonly Dictionary<string, string> Story = new()
    {
        ["Hub:RetryDelays"] = "00:00:01,00:00:01,00:00:02,00:00:03,00:00:05,00:00:08,00:00:13",
        ["Schedules:PollConnectors"] = "* * * * * *",
        ["Schedules:DetectOutages"] = "* * * * * *",
        ["Schedules:DetectStalls"] = "* * * * * *",
        ["Schedules:DrainSpool"] = "*/5 * * * * *",
        ["Schedules:SweepErasures"] = "*/5 * * * * *",
        ["Schedules:SendMails"] = "* * * * * *",
        ["Funnel:Calendar:TimeZone"] = "Etc/UTC",
        ["Funnel:Calendar:WorkingDays"] = "Mon-Sun",
        ["Funnel:Calendar:Hours"] = "00:00-24:00",
        ["Funnel:Stages:interest:StallAfter"] = $"{InterestLimit:c}",
        ["Funnel:Stages:evaluation:AcceptWithin"] = $"{AcceptLimit:c}",
        ["Alerts:HeadsUpAt"] = "off",
        ["Alerts:EscalateAt"] = "off",
        ["Alerts:GroupWait"] = "00:00:01",
        ["Alerts:GroupInterval"] = "00:00:02",
        ["Alerts:CatchUp"] = "00:00:05",
        ["Teams:marketing:Recipients"] = MailOf("marketing"),
        ["Teams:sales:Recipients"] = MailOf("sales"),
        ["Ops:Recipients"] = MailOf("ops"),
        ["Mail:From"] = MailOf("hub"),
        ["Connectors:hubspot:Type"] = "HubSpot",
        ["Connectors:hubspot:PortalId"] = "62515",
        ["Connectors:salesforce:Type"] = "Salesforce",
        ["Connectors:salesforce:ClientId"] = "sandbox-salesforce-client",
        ["Connectors:salesforce:OrganizationId"] = "00D5g000001AbCdEAK",
        ["Connectors:salesforce:ReturnReasonField"] = ReturnReasonField,
    };
}

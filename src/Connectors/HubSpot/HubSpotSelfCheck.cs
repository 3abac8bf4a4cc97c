using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;

namespace IntegrationHub.Connectors.HubSpot;

/// <summary>Asks a HubSpot account whether it is set up for the hub: sign-in, scopes, properties, stages.</summary>
internal sealed class HubSpotSelfCheck(HubSpotClient client, HubSpotOptions options)
{
    private const string StageProperty = "lifecyclestage";

    public async Task<SelfCheck> RunAsync(CancellationToken cancellationToken)
    {
        var (findings, stages) = (new List<SelfCheckFinding>(), new List<VendorStage>());
        await TryAsync(findings, "contacts", "crm.schemas.contacts.read and crm.objects.contacts.read", async () =>
        {
            var property = await client.ContactPropertyAsync(StageProperty, cancellationToken);
            stages.AddRange((property?.Options ?? []).Where(option => option.Value is not null)
                .Select(option => new VendorStage(StageMapKind.Person, option.Value!, option.Label, null)));
            await CheckPropertyAsync(findings, cancellationToken);
        });
        await TryAsync(findings, "deals", "crm.schemas.deals.read and crm.objects.deals.read", async () =>
            stages.AddRange((await client.DealStagesAsync(cancellationToken)).Select(stage => new VendorStage(
                StageMapKind.Deal, stage.Id!, stage.Label, HubSpotClient.OutcomeOf(stage.Probability)))));
        findings.Add(new(
            "", null, "HubSpot has no call that shows the subscriptions of a private app: look for them in the app's tab Webhooks."));
        return new(findings, stages);
    }

    private async Task CheckPropertyAsync(List<SelfCheckFinding> findings, CancellationToken cancellationToken)
    {
        if (options.ReturnReasonProperty is { } name)
        {
            var found = await client.ContactPropertyAsync(name, cancellationToken) is not null;
            findings.Add(new(
                nameof(HubSpotOptions.ReturnReasonProperty), found,
                found ? "the contact property exists" : "the contact property does not exist: make it in HubSpot, single-line text"));
        }
    }

    private static async Task TryAsync(List<SelfCheckFinding> findings, string what, string scopes, Func<Task> readAsync)
    {
        try
        {
            await readAsync();
            findings.Insert(0, new("", true, $"{what} can be read"));
        }
        catch (VendorRefusedException refused)
        {
            findings.Add(new("", false, $"{what} cannot be read ({(int)refused.Status}): give the app the scopes {scopes}"));
        }
    }
}

using IntegrationHub.Sandbox.Calls;
using IntegrationHub.Sandbox.Faults;
using IntegrationHub.Sandbox.HubSpot;
using IntegrationHub.Sandbox.Marketo;
using IntegrationHub.Sandbox.Salesforce;

namespace IntegrationHub.Sandbox.Control;

/// <summary>The sandbox's own endpoints: to view its state, to set faults, and to act as people in the tools.</summary>
internal static class ControlEndpoints
{
    public static void MapControl(this WebApplication app)
    {
        var (hubSpot, salesforce) = (app.Services.GetRequiredService<HubSpotState>(), app.Services.GetRequiredService<SalesforceState>());
        app.MapGet("/", () => TypedResults.Content(StatePage.Html(hubSpot, salesforce), "text/html; charset=utf-8"));
        app.MapGet("/sandbox/state", () => Shown(new
        {
            HubSpot = StatePage.HubSpotTypes.ToDictionary(type => type, hubSpot.All),
            Salesforce = StatePage.SalesforceTypes.ToDictionary(type => type, salesforce.All),
        }));

        var control = app.MapGroup("/sandbox").AddEndpointFilter(AnswerRefusalsAsync);
        MapFaults(control);
        control.MapGet("/calls", (CallLog calls) => Shown(new { calls.Counts, calls.Recent }));
        control.MapDelete("/calls", (CallLog calls) => calls.Clear());
        MapHubSpot(control.MapGroup("/hubspot"), hubSpot);
        MapMarketo(control.MapGroup("/marketo"), app.Services.GetRequiredService<MarketoState>());
        MapSalesforce(control.MapGroup("/salesforce"), salesforce);
    }

    private static void MapFaults(RouteGroupBuilder control)
    {
        control.MapGet("/faults", (FaultSet faults) => Shown(faults.Active().Select(active => new { active.Vendor, active.Fault, active.Met })));
        control.MapPost("/faults", IResult (FaultSet faults, FaultRequest wanted) =>
        {
            if (!VendorPath.All.Contains(wanted.Vendor))
            {
                return TypedResults.Problem($"vendor must be one of {string.Join(", ", VendorPath.All)}.", statusCode: 400);
            }

            faults.Set(wanted.Vendor, [.. wanted.Faults]);
            return TypedResults.NoContent();
        });
        control.MapDelete("/faults", (FaultSet faults, string? vendor) => faults.Clear(vendor));
    }

    private static void MapHubSpot(RouteGroupBuilder control, HubSpotState hubSpot)
    {
        control.MapPost("/contacts", (Dictionary<string, string> properties) => Shown(new { Id = hubSpot.Create("contacts", Pairs(properties)) }));
        control.MapPatch("/contacts/{id:long}", (long id, Dictionary<string, string> properties) => hubSpot.Update("contacts", id, Pairs(properties)));
        control.MapPost("/contacts/{id:long}/lifecycle", (long id, StageRequest wanted) => hubSpot.SetLifecycle(id, wanted.Stage));
        control.MapPost("/contacts/{id:long}/merge", (long id, MergeRequest wanted) => Shown(new { Id = hubSpot.MergeContacts(id, long.Parse(wanted.OtherId, null), wanted.NewRecord) }));
        control.MapDelete("/contacts/{id:long}", (long id, bool? privacy) =>
        {
            if (privacy == true)
            {
                hubSpot.PrivacyDelete(id);
            }
            else
            {
                hubSpot.Archive("contacts", id);
            }
        });
        control.MapPost("/deals", (DealRequest wanted) => Shown(new { Id = hubSpot.CreateDeal(wanted.Name, wanted.Stage, wanted.Amount, wanted.Currency, wanted.ContactId) }));
        control.MapPost("/deals/{id:long}/stage", (long id, StageRequest wanted) => hubSpot.MoveDeal(id, wanted.Stage));
        control.MapPost("/tokens/expire", hubSpot.ExpireTokens);
        control.MapGet("/webhooks", () => hubSpot.Webhooks);
        control.MapPost("/webhooks", (WebhookRequest wanted) => Set(hubSpot.Webhooks, wanted));
    }

    private static void MapMarketo(RouteGroupBuilder control, MarketoState marketo)
    {
        control.MapPost("/leads", (Dictionary<string, string> fields) => Shown(new
        {
            Id = marketo.CreateLead(fields.GetValueOrDefault("email", ""), [.. fields.Where(field => field.Key != "email").Select(field => (field.Key, (string?)field.Value))]),
        }));
        control.MapPatch("/leads/{id:int}", (int id, Dictionary<string, string?> fields) => Shown(new { Found = marketo.Update(id, [.. fields.Select(field => (field.Key, field.Value))]) }));
        control.MapPost("/leads/{id:int}/forms/{form}", (int id, string form) => marketo.FillForm(id, form));
        control.MapPost("/leads/{id:int}/unsubscribe", (int id) => marketo.Unsubscribe(id));
        control.MapPost("/leads/{id:int}/merge/{other:int}", (int id, int other) => marketo.Merge(id, other));
        control.MapPost("/leads/{id:int}/programs/{program:int}", (int id, int program, StatusRequest wanted) => marketo.SetStatus(id, program, wanted.Status));
        control.MapDelete("/leads/{id:int}", (int id) => marketo.Delete(id));
        control.MapPost("/tokens/expire", marketo.ExpirePagingTokens);
        control.MapPost("/sessions/expire", () => marketo.Access.Expire());
    }

    private static void MapSalesforce(RouteGroupBuilder control, SalesforceState salesforce)
    {
        control.MapPost("/leads", (Dictionary<string, string> fields) => Shown(new { Id = salesforce.Create("Lead", Fields(fields)) }));
        control.MapPost("/leads/{id}/status", (string id, StatusRequest wanted) => salesforce.SetLeadStatus(id, wanted.Status));
        control.MapPost("/leads/{id}/owner", (string id, OwnerRequest wanted) => salesforce.Update("Lead", id, ("OwnerId", wanted.OwnerId)));
        control.MapPost("/leads/{id}/merge", (string id, MergeRequest wanted) => salesforce.Merge("Lead", id, wanted.OtherId));
        control.MapPost("/leads/{id}/convert", (string id, ConvertRequest wanted) => salesforce.ConvertLead(id, wanted.OpportunityName).Fields);
        control.MapPost("/contacts/{id}/merge", (string id, MergeRequest wanted) => salesforce.Merge("Contact", id, wanted.OtherId));
        control.MapPost("/opportunities", (OpportunityRequest wanted) =>
            Shown(new { Id = salesforce.CreateOpportunity(wanted.Name, wanted.Stage, wanted.CloseDate, wanted.Amount, wanted.ContactId) }));
        control.MapPost("/opportunities/{id}/stage", (string id, StageRequest wanted) => salesforce.MoveOpportunity(id, wanted.Stage));
        control.MapPost("/tasks/{id}/status", (string id, StatusRequest wanted) => salesforce.Update("Task", id, ("Status", wanted.Status)));
        control.MapPost("/opportunities/{id}/contacts", (string id, RoleRequest wanted) => Shown(new { Id = salesforce.AddContactRole(id, wanted.ContactId, wanted.IsPrimary) }));
        control.MapPost("/records", (RecordRequest wanted) => Shown(new { Id = salesforce.Create(wanted.Type, Fields(wanted.Fields)) }));
        control.MapPatch("/{type}/{id}", (string type, string id, Dictionary<string, string?> fields) => salesforce.Update(type, id, [.. fields.Select(pair => (pair.Key, (object?)pair.Value))]));
        control.MapPost("/undelete/{id}", salesforce.Undelete);
        control.MapDelete("/{type}/{id}", salesforce.Delete);
        control.MapPost("/sessions/expire", salesforce.ExpireSessions);
        control.MapPost("/commit", salesforce.Commit);
        control.MapPost("/settings", (SalesforceRequest wanted) => Set(salesforce, wanted));
    }

    private static IResult Shown(object value) => TypedResults.Json(value);

    private static void Set(HubSpotWebhooks webhooks, WebhookRequest wanted)
    {
        webhooks.TargetUrl = wanted.TargetUrl ?? webhooks.TargetUrl;
        webhooks.PublicUrl = wanted.PublicUrl ?? webhooks.PublicUrl;
        webhooks.Ordered = wanted.Ordered ?? webhooks.Ordered;
        webhooks.Shuffle = wanted.Shuffle ?? webhooks.Shuffle;
        webhooks.Duplicate = wanted.Duplicate ?? webhooks.Duplicate;
        webhooks.Paused = wanted.Paused ?? webhooks.Paused;
    }

    private static void Set(SalesforceState salesforce, SalesforceRequest wanted)
    {
        salesforce.PageSize = wanted.PageSize ?? salesforce.PageSize;
        salesforce.CommitDelay = wanted.CommitDelay ?? salesforce.CommitDelay;
        salesforce.Stamps = wanted.Stamps ?? salesforce.Stamps;
        salesforce.UpsertAnswersNoContent = wanted.UpsertAnswersNoContent ?? salesforce.UpsertAnswersNoContent;
    }

    private static (string, string)[] Pairs(Dictionary<string, string> properties) => [.. properties.Select(pair => (pair.Key, pair.Value))];

    private static (string, object?)[] Fields(Dictionary<string, string> fields) => [.. fields.Select(pair => (pair.Key, (object?)pair.Value))];

    /// <summary>Answers refusals in the vendor's words.</summary>
    private static async ValueTask<object?> AnswerRefusalsAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (HubSpotException refused)
        {
            return HubSpotErrors.From(refused);
        }
        catch (SalesforceException refused)
        {
            return SalesforceErrors.From(refused);
        }
        catch (FormatException unreadable)
        {
            return TypedResults.Problem(unreadable.Message, statusCode: 400);
        }
    }
}

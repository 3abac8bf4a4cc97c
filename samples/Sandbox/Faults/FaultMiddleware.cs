using System.Globalization;
using IntegrationHub.Sandbox.Dynamics;
using IntegrationHub.Sandbox.HubSpot;
using IntegrationHub.Sandbox.Marketo;
using IntegrationHub.Sandbox.Pipedrive;
using IntegrationHub.Sandbox.Salesforce;

namespace IntegrationHub.Sandbox.Faults;

/// <summary>Applies the fault that is set for a vendor's call.</summary>
internal sealed class FaultMiddleware(RequestDelegate next, FaultSet faults)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var vendor = VendorPath.VendorOf(context.Request.Path, out var path);
        var fault = vendor is null ? null : faults.Meet(vendor, context.Request.Method, path);
        if (fault is null)
        {
            await next(context);
            return;
        }

        context.Items[nameof(Fault)] = fault;
        await Task.Delay(fault.Latency, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ActAsync(context, vendor!, fault);
    }

    private async Task ActAsync(HttpContext context, string vendor, Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.Answer:
                await AnswerAsync(context, vendor, fault);
                break;
            case FaultKind.Delay:
                await next(context);
                break;
            case FaultKind.Hold:
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case FaultKind.Reset:
                context.Abort();
                break;
            case FaultKind.LoseAnswer:
                context.Response.Body = Stream.Null;
                await next(context);
                context.Abort();
                break;
            default:
                throw new InvalidOperationException($"Unknown fault {fault.Kind}.");
        }
    }

    private static Task AnswerAsync(HttpContext context, string vendor, Fault fault)
    {
        if (fault.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        var answer = vendor switch
        {
            VendorPath.HubSpot => HubSpotErrors.ForStatus(fault.Status, fault.Code),
            VendorPath.Pipedrive => PipedriveErrors.ForStatus(fault.Status, fault.Code),
            VendorPath.Dynamics => DynamicsErrors.ForStatus(fault.Status, fault.Code),
            VendorPath.Marketo => MarketoErrors.ForStatus(fault.Status, fault.Code),
            _ => SalesforceErrors.ForStatus(fault.Status, fault.Code),
        };
        return answer.ExecuteAsync(context);
    }
}

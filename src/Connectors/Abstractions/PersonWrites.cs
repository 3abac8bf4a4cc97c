using System.Net;
using System.Runtime.ExceptionServices;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>Writes a plan in the order that all writers keep: the opt-out first and alone, then all fields in one
/// call.</summary>
internal static class PersonWrites
{
    /// <summary>Writes a plan. When a tool refuses the fields together, each is written alone, so that one invalid value
    /// holds up no other. Idempotent.</summary>
    /// <param name="consent">Writes the opt-out, or withdraws it.</param>
    /// <param name="fields">Writes fields in one call.</param>
    /// <exception cref="VendorRefusedException">The first refusal, after everything else was tried.</exception>
    public static async Task RunAsync(
        WritePlan plan, Func<PlannedWrite, Task> consent, Func<IReadOnlyList<PlannedWrite>, Task> fields)
    {
        ILookup<bool, PlannedWrite> parts = plan.Writes.ToLookup(write => write.Property == PersonProperty.Consent);
        var refused = new List<VendorRefusedException>();
        foreach (var write in parts[true])
        {
            await TryAsync(() => consent(write), refused);
        }

        await WriteAsync([.. parts[false]], fields, refused);
        if (refused.Count > 0)
        {
            ExceptionDispatchInfo.Throw(refused[0]);
        }
    }

    private static async Task WriteAsync(
        IReadOnlyList<PlannedWrite> writes, Func<IReadOnlyList<PlannedWrite>, Task> fields, List<VendorRefusedException> refused)
    {
        if (writes.Count == 0)
        {
            return;
        }

        var together = new List<VendorRefusedException>();
        await TryAsync(() => fields(writes), together);
        if (together.Count == 0 || writes.Count == 1)
        {
            refused.AddRange(together);
            return;
        }

        foreach (var write in writes)
        {
            await TryAsync(() => fields([write]), refused);
        }
    }

    /// <summary>Collects a refusal of what was written. Any other failure ends the plan.</summary>
    private static async Task TryAsync(Func<Task> write, List<VendorRefusedException> refused)
    {
        try
        {
            await write();
        }
        catch (VendorRefusedException refusal) when (
            refusal.Status is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.OK)
        {
            refused.Add(refusal);
        }
    }
}

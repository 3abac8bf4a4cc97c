using System.Text.Json;
using IntegrationHub.Cli.Hubs;
using IntegrationHub.Functions.Leads;

namespace IntegrationHub.Cli.Leads;

/// <summary>Puts the hub's answers about leads in words for people.</summary>
internal static class LeadText
{
    /// <summary>Describes a lead.</summary>
    /// <exception cref="JsonException">The answer is not one of a hub.</exception>
    public static string Lead(JsonElement answer)
    {
        var lead = HubText.Read<LeadView>(answer, "leadId", "identities", "deals", "held", "history", "handoffs", "alerts");
        return HubText.Lines(
        [
            $"Lead {lead.LeadId}: {HubText.Word(lead.Stage)} since {HubText.Time(lead.EnteredAt)} UTC, "
                + $"owned by {HubText.Line(lead.Owner)}.",
            lead.Deadline is { } deadline
                ? $"Limit: {HubText.Time(deadline)} UTC{(lead.Stalled ? ", which has passed" : "")}."
                : "No limit.",
            $"Mail consent: {HubText.Word(lead.Consent.Email)}.",
            $"Known as: {string.Join(", ", lead.Identities.Select(key => HubText.Line(key.Email ?? $"{key.Connector}:{key.Id}")))}.",
            .. Section("Deals", ["CONNECTOR", "DEAL", "STAGE", "STATUS", "AMOUNT"], lead.Deals.Select(deal => new[]
            {
                HubText.Line(deal.Connector), HubText.Line(deal.Id), HubText.Line(deal.Stage), HubText.Word(deal.Status),
                HubText.Line(deal.Amount is null ? null : $"{deal.Amount} {deal.Currency}"),
            })),
            .. Section("Handoffs", ["ANNOUNCED (UTC)", "TO", "STAGE", "OWNER", "DELIVERY", "ACCEPTED (UTC)", "RETURNED"],
                lead.Handoffs.Select(handoff => new[]
            {
                HubText.Time(handoff.AnnouncedAt), HubText.Line(handoff.To), HubText.Word(handoff.Stage), HubText.Line(handoff.Owner),
                HubText.Line(handoff.NotDeliveredReason ?? HubText.Word(handoff.Delivery)), HubText.Time(handoff.AcceptedAt),
                    HubText.Line(handoff.ReturnedReason),
            })),
            .. Section("Alerts", ["AT (UTC)", "KIND", "LEVEL", "OUTCOME", "WHY"], lead.Alerts.Select(alert => new[]
            {
                HubText.Time(alert.At), HubText.Word(alert.Kind), $"{alert.Level}", HubText.Word(alert.Fate), HubText.Line(alert.Reason),
            })),
            .. Section("Stages without a map", ["CONNECTOR", "STAGE"],
                lead.Held.Select(held => new[] { HubText.Line(held.Connector), HubText.Line(held.Raw) })),
            "",
            $"To see why: why {lead.LeadId}",
        ]);
    }

    /// <summary>Explains a lead.</summary>
    /// <exception cref="JsonException">The answer is not one of a hub.</exception>
    public static string Why(JsonElement answer)
    {
        var why = HubText.Read<WhyView>(answer, "leadId", "steps", "notMoved", "rule", "reason");
        return HubText.Lines(
        [
            $"Lead {why.LeadId}: {HubText.Word(why.Stage)} since {HubText.Time(why.EnteredAt)} UTC, owned by {HubText.Line(why.Owner)}.",
            $"Because: {HubText.Line(why.Reason)} ({HubText.Line(why.Rule)})",
            .. Section("What happened", ["AT (UTC)", "STEP", "RULE", "WHY"], why.Steps.Select(step => new[]
            {
                HubText.Time(step.At), HubText.Word(step.Step), HubText.Line(step.Rule), HubText.Line(step.Reason),
            })),
            .. Section("What did not move it", ["AT (UTC)", "EFFECT", "RULE", "WHY"], why.NotMoved.Select(said => new[]
            {
                HubText.Time(said.At), HubText.Word(said.Effect), HubText.Line(said.Rule), HubText.Line(said.Reason),
            })),
        ]);
    }

    /// <summary>Says what became of an erasure.</summary>
    public static string Erased(JsonElement answer)
    {
        var outcome = HubText.Read<Outcome>(answer, "leadId", "outcome");
        return outcome.Result == "hidden"
            ? $"Lead {HubText.Line(outcome.LeadId)} is hidden, and destroyed when the time of grace is over. "
                + $"To restore it before: erase {HubText.Line(outcome.LeadId)} --undo --yes"
            : $"Lead {HubText.Line(outcome.LeadId)} is restored.";
    }

    private static IEnumerable<string> Section(string title, string[] head, IEnumerable<string[]> rows)
    {
        string[][] all = [.. rows];
        return all.Length == 0 ? [] : ["", $"{title}:", .. HubText.Table(head, all)];
    }

    private sealed record Outcome(
        string LeadId, [property: System.Text.Json.Serialization.JsonPropertyName("outcome")] string Result);
}

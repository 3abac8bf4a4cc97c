using IntegrationHub.EndToEnd.Support;

namespace IntegrationHub.EndToEnd;

/// <summary>What a receiver of telemetry sees of an event, from the webhook to the other tool and the mail.</summary>
public sealed class TracingTests
{
    private static readonly string[] Way = ["hub.receive", "hub.process", "hub.deliver", "vendor.call", "hub.mail"];

    [Fact]
    public async Task One_trace_follows_an_event_from_the_webhook_over_queue_and_topic_to_the_other_tool_and_the_mail()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var world = await World.StartAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.Url),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_BSP_SCHEDULE_DELAY", "200"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "500"));
        world.Vendors.HubSpot.Webhooks.TargetUrl = world.Hub.WebhookUrl;
        var contact = world.Vendors.HubSpot.CreateContact("trace@example.com", ("firstname", "Ada"), ("lastname", "Trace"), ("company", "Trace Ltd"));
        world.Vendors.HubSpot.SetLifecycle(contact, "evangelist");
        await Wait.UntilAsync("both teams know that the lead stands still", TimeSpan.FromSeconds(60), () =>
            Task.FromResult(world.Mail.Mails.Count(mail => mail.Text.Contains("Trace Ltd", StringComparison.Ordinal)) >= 2));

        await Wait.UntilAsync("the hub knows that they know", TimeSpan.FromSeconds(30), async () =>
            (await world.Hub.FindLeadAsync(contact))?.GetProperty("alerts").EnumerateArray().All(alert => alert.GetProperty("fate").GetString() is "sent" or "grouped") == true);

        // Sales get the lead, and the people who got the alert get a mail that it is resolved.
        world.Vendors.HubSpot.SetLifecycle(contact, "salesqualifiedlead");

        string? trace = null;
        await Wait.UntilAsync($"a trace holds {string.Join(", ", Way)}", TimeSpan.FromSeconds(60), () =>
        {
            trace = receiver.Spans.GroupBy(span => span.Trace).FirstOrDefault(spans => Way.All(spans.Select(span => span.Name).Contains))?.Key;
            return Task.FromResult(trace is not null);
        });
        var spans = receiver.Spans.Where(span => span.Trace == trace).ToList();
        Assert.Equal("hub.receive", Assert.Single(spans, span => span.Parent.Length == 0).Name);
        Assert.All(spans.Where(span => span.Parent.Length > 0), span => Assert.Contains(span.Parent, spans.Select(other => other.Id)));
        await Wait.UntilAsync("metrics arrive", TimeSpan.FromSeconds(30), () => Task.FromResult(receiver.Metrics.Contains("hub.deliveries")));
    }
}

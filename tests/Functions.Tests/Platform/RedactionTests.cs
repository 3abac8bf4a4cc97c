using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using IntegrationHub.Functions.Platform.Telemetry;
using IntegrationHub.Functions.Tests.Identity;
using IntegrationHub.Funnel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Trace;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Platform;

/// <summary>What leaves the hub as telemetry.</summary>
public sealed class RedactionTests(Azurite azurite)
{
    private const string LinkToken = "CfDJ8NeedleNeedleNeedleNeedleNeedleNeedle", UrlSecret = "needle-of-a-url", Signature = "v1=needleneedleneedleneedle0123456789ab";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET /api/leads?email=ada%40example.com&code=key", "GET /api/leads?-")]
    [InlineData("http://hub.example.com/api/leads/0123456789abcdef01234567/why HTTP/1.1", "http://hub.example.com/api/leads/- HTTP/1.1")]
    [InlineData("\"/api/alerts/CfDJ8abc\"", "\"/api/alerts/-\"")]
    [InlineData("/api/webhooks/salesforce/outbound/secret", "/api/webhooks/-")]
    [InlineData("Nobody has ada.lovelace+x@mail.example.co.uk.", "Nobody has -")]
    [InlineData("mailto:ada%40example.com", "mailto:-")]
    [InlineData("Call +49 (30) 555-0199 now", "Call - now")]
    [InlineData("The link CfDJ8abcdefghijklmnop_-123 expired.", "The link - expired.")]
    [InlineData("signature sha256=0123456789abcdef0123", "signature -")]
    [InlineData("?email=ada", "?-")]
    public void A_text_loses_whom_it_names_and_what_it_opens(string text, string redacted) => Assert.Equal(redacted, Redaction.Of(text));

    [Theory]
    [InlineData("Delivery 0199f3a1b2c37d4e8f90a1b2c3d4e5f6 of lead 0123456789abcdef01234567")]
    [InlineData("2026-03-02T09:00:00.0000000+00:00")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("Message m1~2~to-sales returns in 00:00:15 as attempt 3: VendorUnavailableException salesforce did not answer GET /x (503). Try again later.")]
    [InlineData("POST /api/leads")]
    [InlineData("Is it broken? Look at a=b.")]
    [InlineData("hub.deliveries 1234567890123")]
    public void Ids_times_and_words_stay(string text) => Assert.Equal(text, Redaction.Of(text));

    [Fact]
    public async Task An_event_a_look_up_and_a_click_on_a_link_leave_no_person_and_no_secret_in_spans_and_logs()
    {
        var (spans, lines) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        var tool = new FakeTool("hubspot", "redacted");
        await using var hub = await TestHub.CreateAsync(
            azurite, new StillTimeProvider(Monday), [tool], services => Keep(services, spans, lines),
            $"--{TelemetryRegistration.Otlp}=http://127.0.0.1:1", "--Logging:LogLevel:Default=Trace");
        await hub.StartAsync();
        using var api = new HubClient(hub);
        var address = tool.Address("needle");
        await hub.TellAsync(tool, tool.Stage(FunnelStage.Interest, 1, "contact-1", "needle"));

        var found = await api.StatusAsync($"/api/leads?email={Uri.EscapeDataString(address)}");
        var (posted, body) = await api.PostAsync("/api/leads/find", $$"""{"email":"{{address}}"}""");
        await api.StatusAsync($"/api/leads/{address}");
        await api.StatusAsync($"/api/alerts/{LinkToken}");
        await api.PostAsync("/api/tombstones/lift", $$"""{"email":"{{address}}"}""");
        using var http = new HttpClient { BaseAddress = hub.Url, DefaultRequestHeaders = { { "X-Signature", Signature } } };
        using var content = new StringContent(address, Encoding.UTF8);
        using var hook = await http.PostAsync($"/api/webhooks/nobody/outbound/{UrlSecret}?token={UrlSecret}", content, Token);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.NotFound), (found, posted, hook.StatusCode));
        Assert.Contains(address, body, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => spans.Any(span => span.Contains("/api/alerts/-", StringComparison.Ordinal)), "the click is a span");
        Assert.Contains(spans, span => span.Contains("/api/leads/-", StringComparison.Ordinal));
        Assert.NotEmpty(lines);
        foreach (var needle in (string[])[address, Uri.EscapeDataString(address), LinkToken, UrlSecret, Signature, TestHub.Key])
        {
            Assert.DoesNotContain(spans, span => span.Contains(needle, StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain(lines, line => line.Contains(needle, StringComparison.OrdinalIgnoreCase));
        }
    }

    /// <summary>Listens to all spans, also to those of libraries, and to all lines.</summary>
    private static void Keep(IServiceCollection services, ConcurrentQueue<string> spans, ConcurrentQueue<string> lines) => services
        .AddLogging(logging => logging.AddOpenTelemetry(options => (options.IncludeScopes, options.IncludeFormattedMessage) = (true, true)))
        .ConfigureOpenTelemetryTracerProvider(tracing => tracing
            .AddSource("*").AddProcessor(new SimpleActivityExportProcessor(new Kept<Activity>(spans, Describe))))
        .ConfigureOpenTelemetryLoggerProvider(logging => logging
            .AddProcessor(new SimpleLogRecordExportProcessor(new Kept<LogRecord>(lines, Describe))));

    private static string Describe(Activity span) => string.Join(
        '\n', span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}")
            .Concat(span.Events.SelectMany(happened => happened.Tags.Select(tag => $"{happened.Name} {tag.Key}={tag.Value}")))
            .Prepend($"{span.Source.Name} {span.DisplayName} {span.StatusDescription}"));

    private static string Describe(LogRecord line)
    {
        var text = new StringBuilder($"{line.CategoryName} {line.FormattedMessage} {line.Body} {line.Exception}");
        line.ForEachScope(
            (scope, all) =>
            {
                foreach (var pair in scope)
                {
                    all.Append(' ').Append(pair.Key).Append('=').Append(pair.Value);
                }
            },
            text);
        return text.AppendJoin(' ', (line.Attributes ?? []).Select(each => $"{each.Key}={each.Value}")).ToString();
    }

    private sealed class Kept<T>(ConcurrentQueue<string> kept, Func<T, string> describe) : BaseExporter<T>
        where T : class
    {
        public override ExportResult Export(in Batch<T> batch)
        {
            foreach (var item in batch)
            {
                kept.Enqueue(describe(item));
            }

            return ExportResult.Success;
        }
    }
}

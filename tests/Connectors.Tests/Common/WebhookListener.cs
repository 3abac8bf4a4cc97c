using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.Connectors.Tests.Common;

/// <summary>Takes a vendor's webhooks as the hub's door does: checks, reads, and answers.</summary>
internal static class WebhookListener
{
    /// <summary>Starts to listen on a free port.</summary>
    /// <param name="take">Gets the kinds of the events of each webhook.</param>
    public static async Task<WebApplication> StartAsync(string connector, IWebhookSource source, Action<IEnumerable<SourceEventKind>> take)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapPost("/hook", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var delivery = new Delivery
            {
                Connector = connector, Body = body.ToArray(), ReceivedAt = TimeProvider.System.GetUtcNow(),
                Headers = source.Headers.Where(context.Request.Headers.ContainsKey)
                    .ToDictionary(name => name, name => context.Request.Headers[name].ToString(), StringComparer.OrdinalIgnoreCase),
            };
            var check = source.Check(delivery, delivery.ReceivedAt);
            context.Response.StatusCode = check.Verdict == DeliveryVerdict.Accepted ? StatusCodes.Status202Accepted : StatusCodes.Status401Unauthorized;
            if (check.Verdict == DeliveryVerdict.Accepted)
            {
                take(source.Read(delivery).Select(read => read.Kind));
            }
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}

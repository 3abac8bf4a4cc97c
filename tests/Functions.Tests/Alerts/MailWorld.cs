using System.Collections.Concurrent;
using Azure.Data.Tables;
using IntegrationHub.Connectors.Common;
using IntegrationHub.Functions.Alerts;
using IntegrationHub.Functions.Alerts.Mail;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Funnel;
using Microsoft.Extensions.DependencyInjection;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

/// <summary>A hub whose alerts go their whole way, with mailboxes that are empty at first and a clock that tests move.</summary>
internal sealed class MailWorld(string tables, ManualClock clock, IConnector[] connectors, params string[] settings) : IAsyncDisposable
{
    public static readonly string[] BothTeams = ["--Teams:marketing:Recipients=marketing@example.com", "--Teams:sales:Recipients=sales@example.com,lead@example.com"];

    private const string Never = "0 0 0 1 1 *";
    private readonly ConcurrentDictionary<string, bool> _taken = new();

    public TestHub Hub { get; } = new(tables, clock, connectors, [$"--Schedules:DetectStalls={Never}", $"--Schedules:SendMails={Never}", $"--Schedules:PollConnectors={Never}", "--Mail:PerMinute=0", "--Mail:PerHour=0", .. settings]);

    /// <summary>Gets the server that mail goes to unless a test sends it to maildev.</summary>
    public MoodyMail Server { get; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Test classes share the tables, mailboxes are by team, and a sweep looks at everybody.</summary>
    public async Task<MailWorld> EmptyAsync()
    {
        foreach (var name in new[] { HubTables.Mailbox, HubTables.MailGate, HubTables.Outages, HubTables.Notices, HubTables.Connectors, HubTables.Deadlines })
        {
            var table = await Hub.Get<HubTables>().GetAsync(name, Token);
            await foreach (var row in table.QueryAsync<TableEntity>((string?)null, cancellationToken: Token))
            {
                await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, Azure.ETag.All, Token);
            }
        }

        return this;
    }

    /// <summary>A lead on Interest since Monday, which is stalled on Wednesday.</summary>
    public Task LeadAsync(LeadId lead, params Fact[] facts) => LeadOnAsync(FunnelStage.Interest, lead, facts);

    public Task LeadOnAsync(FunnelStage stage, LeadId lead, params Fact[] facts) =>
        Hub.LeadAsync(lead, [Claim(stage, Monday), Profile(new LeadProfile { FirstName = "Ada", LastName = "Lovelace", Company = "Engines Ltd" }), .. facts]);

    /// <summary>Raises what is due at a time, and puts it into the mailboxes.</summary>
    public async Task SweepAsync(DateTimeOffset now)
    {
        clock.Now = now;
        await Hub.Get<StallFlow>().SweepAsync(Token);
        await TakeAsync();
    }

    /// <summary>Puts into the mailboxes what the topic has for them.</summary>
    public async Task TakeAsync()
    {
        foreach (var announced in (await Hub.EventsAsync<FunnelEvent>("alerts")).Where(announced => _taken.TryAdd(announced.Id, true)))
        {
            await Hub.Get<AlertFlow>().TakeAsync(announced, Token);
        }
    }

    /// <summary>Sends what is due at a time to <see cref="Server"/>.</summary>
    public Task SendAsync(DateTimeOffset now) => SendAsync(now, Server);

    public Task SendAsync(DateTimeOffset now, IMailSender server)
    {
        clock.Now = now;
        return FlowWith(server).SendDueAsync(Token);
    }

    /// <summary>Another instance of the hub, as far as mail goes.</summary>
    public MailFlow FlowWith(IMailSender server)
    {
        var services = Hub.Get<IServiceProvider>();
        var gate = ActivatorUtilities.CreateInstance<MailGate>(services, server);
        return ActivatorUtilities.CreateInstance<MailFlow>(services, gate, ActivatorUtilities.CreateInstance<OpsMailFlow>(services, gate));
    }

    public async Task<Alert> AlertAsync(LeadId lead, int level = 1) => (await Hub.StateAsync(lead)).Ledger.Alerts.Last(alert => alert.Level == level);

    /// <summary>What became of each audience's telling of a lead's alert: <c>sales Sent</c>.</summary>
    public async Task<IReadOnlyList<string>> OutcomesAsync(LeadId lead, int level = 1) =>
        [.. (await AlertAsync(lead, level)).Outcomes.Select(outcome => $"{outcome.Audience} {outcome.Fate}").Order(StringComparer.Ordinal)];

    public ValueTask DisposeAsync() => Hub.DisposeAsync();
}

/// <summary>A mail server with moods.</summary>
internal sealed class MoodyMail : IMailSender
{
    private readonly ConcurrentQueue<OutgoingMail> _sent = new();

    public IReadOnlyList<OutgoingMail> Sent => [.. _sent];

    public Func<OutgoingMail, Exception?> Fails { get; set; } = _ => null;

    public bool CrashesAfterSending { get; set; }

    public Func<Task> WhileSending { get; set; } = () => Task.CompletedTask;

    /// <summary>What went to an address.</summary>
    public IReadOnlyList<OutgoingMail> To(string address) => [.. _sent.Where(mail => mail.Recipients.Contains(address))];

    public async Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        if (Fails(mail) is { } failure)
        {
            throw failure;
        }

        await WhileSending();
        _sent.Enqueue(mail);
        if (CrashesAfterSending)
        {
            throw new InvalidOperationException("The process ends here.");
        }
    }
}

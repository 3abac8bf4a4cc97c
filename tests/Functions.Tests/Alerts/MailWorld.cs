using System.Collections.Concurrent;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Alerts.Detection;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Alerts.Sending;
using IntegrationHub.Functions.Outages;
using IntegrationHub.Funnel;
using Microsoft.Extensions.DependencyInjection;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Alerts;

/// <summary>A hub whose alerts go their whole way, and a clock that tests move.</summary>
internal sealed class MailWorld : IAsyncDisposable
{
    public static readonly string[] BothTeams = ["--Teams:marketing:Recipients=marketing@example.com", "--Teams:sales:Recipients=sales@example.com,lead@example.com"];

    private readonly StillTimeProvider _clock;
    private readonly ConcurrentDictionary<string, bool> _taken = new();

    private MailWorld(TestHub hub, StillTimeProvider clock)
    {
        Hub = hub;
        _clock = clock;
    }

    public TestHub Hub { get; }

    /// <summary>Gets the server that mail goes to, unless a test has it sent over SMTP.</summary>
    public FakeMail Server { get; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<MailWorld> CreateAsync(Azurite azurite, StillTimeProvider clock, IConnector[] connectors, params string[] settings) =>
        new(await TestHub.CreateAsync(azurite, clock, connectors, ["--Mail:PerMinute=0", "--Mail:PerHour=0", .. settings]), clock);

    /// <summary>A lead on Interest since Monday, which is stalled on Wednesday.</summary>
    public Task LeadAsync(LeadId lead, params Fact[] facts) => LeadOnAsync(FunnelStage.Interest, lead, facts);

    public Task LeadOnAsync(FunnelStage stage, LeadId lead, params Fact[] facts) =>
        Hub.LeadAsync(lead, [Claim(stage, Monday), Profile(new LeadProfile { FirstName = "Ada", LastName = "Lovelace", Company = "Engines Ltd" }), .. facts]);

    /// <summary>Raises what is due at a time, and puts it into the mailboxes.</summary>
    public async Task SweepAsync(DateTimeOffset now)
    {
        _clock.AdjustTime(now);
        await Hub.Get<StallFlow>().SweepAsync(Token);
        await TakeAsync();
    }

    /// <summary>Puts into the mailboxes what the topic has for them.</summary>
    public async Task TakeAsync()
    {
        foreach (var announced in (await Hub.EventsAsync<FunnelEvent>("alerts")).Where(announced => _taken.TryAdd(announced.Id, true)))
        {
            await Hub.Get<AlertFlow>().HandleAsync(announced, Token);
        }
    }

    /// <summary>Detects outages, and sends what is due at a time to <see cref="Server"/>.</summary>
    public Task SendAsync(DateTimeOffset now) => SendAsync(now, Server);

    public async Task SendAsync(DateTimeOffset now, IMailSender server)
    {
        _clock.AdjustTime(now);
        await Hub.Get<OutageFlow>().DetectAsync(Token);
        await FlowWith(server).SendDueAsync(Token);
    }

    /// <summary>Another instance of the hub, as far as mail goes.</summary>
    public MailFlow FlowWith(IMailSender server, params object[] others)
    {
        var services = Hub.Get<IServiceProvider>();
        var gate = ActivatorUtilities.CreateInstance<MailGate>(services, server);
        return ActivatorUtilities.CreateInstance<MailFlow>(
            services, [gate, ActivatorUtilities.CreateInstance<OpsMailFlow>(services, gate), ActivatorUtilities.CreateInstance<MailboxFlow>(services, gate), .. others]);
    }

    public async Task<Alert> AlertAsync(LeadId lead, int level = 1) => (await Hub.StateAsync(lead)).Ledger.Alerts.Last(alert => alert.Level == level);

    /// <summary>What became of each audience's telling of a lead's alert: <c>sales Sent</c>.</summary>
    public async Task<IReadOnlyList<string>> OutcomesAsync(LeadId lead, int level = 1) =>
        [.. (await AlertAsync(lead, level)).Outcomes.Select(outcome => $"{outcome.RecipientGroup} {outcome.Fate}").Order(StringComparer.Ordinal)];

    /// <summary>The mailboxes with entries or a mail in progress.</summary>
    public async Task<IReadOnlyList<(MailWindow Window, IReadOnlyList<MailboxEntry> Entries)>> MailboxesAsync()
    {
        var (store, mailboxes) = (Hub.Get<MailboxStore>(), new List<(MailWindow Window, IReadOnlyList<MailboxEntry> Entries)>());
        foreach (var mailbox in await store.ListAsync(Token))
        {
            mailboxes.Add((mailbox.Window, await store.ReadAsync(mailbox.RecipientGroup, mailbox.WaitsFor, onlyUnheld: false, Token)));
        }

        return [.. mailboxes.Where(mailbox => mailbox.Window.Batch is not null || mailbox.Entries.Count > 0)];
    }

    public ValueTask DisposeAsync() => Hub.DisposeAsync();
}

/// <summary>A fake mail server that fails on demand.</summary>
internal sealed class FakeMail : IMailSender
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

using System.Collections.Concurrent;
using System.Net;
using IntegrationHub.Connectors.Common;
using IntegrationHub.Connectors.Common.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Tests;

/// <summary>A CRM that takes leads over, keeps one record a handoff, and fails when told.</summary>
internal sealed class PlayedCrm(string name = "salesforce") : IHandoffTarget
{
    public string Name => name;

    public string Type => "Played";

    /// <summary>Gets what is in it, by handoff: writing again is the same record.</summary>
    public ConcurrentDictionary<string, HandoffOrder> Records { get; } = new();

    public int Calls { get; private set; }

    /// <summary>Gets or sets how it fails by the number of the call, from 1; null for not at all.</summary>
    public Func<int, Exception?> Fails { get; set; } = _ => null;

    public static VendorUnavailableException Away(string name = "salesforce") => new(name, "PATCH /Lead", HttpStatusCode.ServiceUnavailable, null);

    public static VendorRefusedException Refusal(string name = "salesforce") => new(name, "PATCH /Lead", HttpStatusCode.BadRequest, "REQUIRED_FIELD_MISSING");

    public Task<HandoffReceipt> DeliverAsync(HandoffOrder order, CancellationToken cancellationToken)
    {
        Calls++;
        if (Fails(Calls) is { } failure)
        {
            throw failure;
        }

        Records[order.Handoff.Id] = order;
        return Task.FromResult(new HandoffReceipt(IdentityKey.Person(name, $"00Q{order.Journey.LeadId}"), $"https://crm.example.com/{order.Journey.LeadId}"));
    }
}

/// <summary>A marketing tool that shows stages.</summary>
internal sealed class PlayedMarketing(string name = "hubspot") : IStageTarget
{
    public string Name => name;

    public string Type => "Played";

    public ConcurrentDictionary<IdentityKey, FunnelStage> Shows { get; } = new();

    public Exception? Fails { get; set; }

    public Task<bool> WriteStageAsync(IdentityKey person, FunnelStage stage, CancellationToken cancellationToken)
    {
        if (Fails is { } failure)
        {
            throw failure;
        }

        var before = Shows.TryGetValue(person, out var shown) ? shown : (FunnelStage?)null;
        Shows[person] = stage;
        return Task.FromResult(before != stage);
    }
}

/// <summary>A tool that is asked: it answers with numbered rows, so many to a page.</summary>
internal sealed class PlayedSource(string name, int rows, int perPage = 2) : IPollSource
{
    public string Name => name;

    public string Type => "Played";

    public int Rows { get; set; } = rows;

    public ConcurrentQueue<string?> AskedFrom { get; } = new();

    public Exception? Fails { get; set; }

    /// <summary>Gets or sets what happens while it is asked.</summary>
    public Func<Task> WhileAsked { get; set; } = () => Task.CompletedTask;

    public IReadOnlyList<SourceEvent> Read(Delivery delivery) => [];

    public PollProgress Progress(Delivery answer) => new(null, null);

    public async Task<PollPage> PollAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        AskedFrom.Enqueue(cursor);
        await WhileAsked();
        if (Fails is { } failure)
        {
            throw failure;
        }

        var from = cursor is null ? 0 : int.Parse(cursor, null);
        var to = Math.Min(Rows, from + perPage);
        Delivery[] page = to == from ? [] : [new() { Connector = name, Channel = Delivery.PollChannel, Headers = new Dictionary<string, string>(), Body = BinaryData.FromString($"{from}-{to}"), ReceivedAt = now }];
        return new(page, $"{to}", to < Rows);
    }
}

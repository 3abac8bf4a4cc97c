using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Tests;

/// <summary>A CRM that receives handoffs, stores one record for each, and fails on demand.</summary>
internal sealed class FakeCrm(string name = "salesforce") : IHandoffTarget
{
    private readonly ConcurrentQueue<string> _asked = new();

    public string Name => name;

    public string Type => "Fake";

    /// <summary>Gets what is in it, by handoff: writing again is the same record.</summary>
    public ConcurrentDictionary<string, HandoffOrder> Records { get; } = new();

    /// <summary>Gets how often it was called.</summary>
    public int Calls => _asked.Count;

    /// <summary>Gets or sets how it fails by the number of the call, from 1; null for not at all.</summary>
    public Func<int, Exception?> Fails { get; set; } = _ => null;

    /// <summary>Gets or sets the owner of every record; null for none.</summary>
    public string? KeptBy { get; set; }

    /// <summary>Gets or sets whom it does not take, for good; nobody unless told.</summary>
    public Func<LeadId, bool> Refuses { get; set; } = _ => false;

    /// <summary>How often it was called for one handoff: a sweep finds the leads of other tests too, as they share the tables.</summary>
    public int CallsFor(string handoffId) => _asked.Count(asked => asked == handoffId);

    public static VendorUnavailableException Away(string name = "salesforce") => new(name, "PATCH /Lead", HttpStatusCode.ServiceUnavailable, null);

    public static VendorRefusedException Refusal(string name = "salesforce") => new(name, "PATCH /Lead", HttpStatusCode.BadRequest, "REQUIRED_FIELD_MISSING");

    public Task<HandoffReceipt> DeliverAsync(HandoffOrder order, CancellationToken cancellationToken)
    {
        _asked.Enqueue(order.Handoff.Id);
        if (Fails(Calls) is { } failure)
        {
            throw failure;
        }

        if (Refuses(order.Journey.LeadId))
        {
            throw Refusal(name);
        }

        Records[order.Handoff.Id] = order;
        return Task.FromResult(new HandoffReceipt(IdentityKey.Person(name, $"00Q{order.Journey.LeadId}"), $"https://crm.example.com/{order.Journey.LeadId}", KeptBy));
    }
}

/// <summary>A tool whose records of people can be written to.</summary>
internal class FakePeople(string name) : IPersonTarget
{
    public string Name => name;

    public string Type => "Fake";

    public ImmutableHashSet<PersonProperty> Writes { get; init; } = [PersonProperty.Stage, PersonProperty.Consent];

    /// <summary>Gets the tool's raw values by record and property.</summary>
    public ConcurrentDictionary<(IdentityKey Record, PersonProperty Property), string> Has { get; } = new();

    /// <summary>Gets what was written, in order.</summary>
    public ConcurrentQueue<(PersonProperty Property, string Value)> Written { get; } = new();

    public Exception? Fails { get; set; }

    /// <summary>Gets or sets what happens after the hub has looked and before it has noted anything.</summary>
    public Func<Task> BeforePlanned { get; set; } = () => Task.CompletedTask;

    /// <summary>Gets or sets what happens after the hub has noted and before the tool has anything.</summary>
    public Func<Task> BeforeWriting { get; set; } = () => Task.CompletedTask;

    public async Task<WritePlan?> PlanAsync(IdentityKey person, PersonWish wish, CancellationToken cancellationToken)
    {
        if (Fails is { } failure)
        {
            throw failure;
        }

        await BeforePlanned();
        return new(person, [.. Wanted(wish).Select(value =>
        {
            var before = Has.GetValueOrDefault((person, value.Property));
            return new PlannedWrite(value.Property, before == value.Said ? WriteOutcome.Equal : WriteOutcome.Written, value.Property.ToString(), value.Said, value.Said, before);
        })]);
    }

    public async Task WriteAsync(WritePlan plan, CancellationToken cancellationToken)
    {
        await BeforeWriting();
        foreach (var write in plan.Writes)
        {
            Has[(plan.Record, write.Property)] = write.Said;
            Written.Enqueue((write.Property, write.Said));
        }
    }

    private static IEnumerable<(PersonProperty Property, string Said)> Wanted(PersonWish wish)
    {
        if (wish.OptedOut is { } optedOut)
        {
            yield return (PersonProperty.Consent, (optedOut ? ConsentState.OptedOut : ConsentState.OptedIn).ToString());
        }

        if (wish.Stage is { } stage)
        {
            yield return (PersonProperty.Stage, stage.ToString());
        }

        foreach (var (property, value) in wish.Profile)
        {
            yield return (property, value);
        }
    }
}

/// <summary>A marketing tool that stores notes too.</summary>
internal sealed class FakeMarketing(string name = "hubspot") : FakePeople(name), INoteTarget, IRecordUrls
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _shownFrom = new();

    private int _made;

    /// <summary>Gets the notes on people, by id: one that it shows is found, and not made again.</summary>
    public ConcurrentDictionary<string, PersonNote> Notes { get; } = new();

    /// <summary>Gets how many notes were made.</summary>
    public int Made => _made;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Gets or sets how long it does not show a note that it has.</summary>
    public TimeSpan ShownAfter { get; set; }

    /// <summary>Gets or sets a value indicating whether its answers are lost after it made a note.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>Gets or sets what happens after it looked for the note and before it makes one.</summary>
    public Func<Task> WhileWriting { get; set; } = () => Task.CompletedTask;

    /// <summary>Gets the stages it shows.</summary>
    public IReadOnlyDictionary<IdentityKey, FunnelStage> Shows =>
        Has.Where(pair => pair.Key.Property == PersonProperty.Stage).ToDictionary(pair => pair.Key.Record, pair => Enum.Parse<FunnelStage>(pair.Value));

    public async Task<bool> WriteNoteAsync(IdentityKey person, PersonNote note, CancellationToken cancellationToken)
    {
        if (Fails is { } failure)
        {
            throw failure;
        }

        var isShown = _shownFrom.TryGetValue(note.Id, out var from) && Clock.GetUtcNow() >= from;
        await WhileWriting();
        if (!isShown)
        {
            Notes[note.Id] = note;
            _shownFrom[note.Id] = Clock.GetUtcNow() + ShownAfter;
            Interlocked.Increment(ref _made);
        }

        return LosesAnswers ? throw new VendorUnavailableException(Name, "POST /notes", null, null) : true;
    }

    public Uri? LinkTo(IdentityKey person) => new($"https://{Name}.example.com/{person.Id}");
}

/// <summary>A CRM that receives handoffs and write-backs.</summary>
internal sealed class FakeDesk : FakePeople, IHandoffTarget
{
    public FakeDesk()
        : base("salesforce") => Writes = [PersonProperty.Consent, PersonProperty.Phone];

    /// <summary>Gets or sets whether the record it is given is a new one, with an opt-out in it.</summary>
    public bool MakesOptedOut { get; set; }

    /// <summary>Gets what had been written when the first handoff came.</summary>
    public IReadOnlyList<(PersonProperty Property, string Value)>? WrittenBeforeHandoff { get; private set; }

    public Task<HandoffReceipt> DeliverAsync(HandoffOrder order, CancellationToken cancellationToken)
    {
        WrittenBeforeHandoff ??= [.. Written];
        var record = IdentityKey.Person(Name, $"00Q{order.Journey.LeadId}");
        if (MakesOptedOut)
        {
            Has[(record, PersonProperty.Consent)] = ConsentState.OptedOut.ToString();
        }

        return Task.FromResult(new HandoffReceipt(record, null) { MadeOptedOut = MakesOptedOut });
    }
}

/// <summary>A tool that is asked: it answers with numbered rows, so many to a page.</summary>
internal sealed class FakeSource(string name, int rows, int perPage = 2) : IPollSource
{
    public string Name => name;

    public string Type => "Fake";

    public int Rows { get; set; } = rows;

    public ConcurrentQueue<string?> AskedFrom { get; } = new();

    public Exception? Fails { get; set; }

    /// <summary>Gets or sets what happens while it is asked.</summary>
    public Func<Task> WhileAsked { get; set; } = () => Task.CompletedTask;

    public IReadOnlyList<SourceEvent> Read(Delivery delivery) => [];

    public PollProgress Progress(Delivery answer) => new(null, null);

    /// <summary>A gap's time says by its minutes before which row it was.</summary>
    public string? Rewind(string? cursor, EventGap gap, DateTimeOffset now) => gap.At is { } at ? $"{at.Minute}" : cursor;

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

/// <summary>Such a tool that is polled, too.</summary>
internal sealed class FakePolledReader(string name) : FakeReader(name), IPollSource
{
    public PollProgress Progress(Delivery answer) => new(null, null);

    public Task<PollPage> PollAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult(new PollPage([], "0", false));
}

/// <summary>A tool whose deliveries say what they were told to say.</summary>
internal class FakeReader(string name) : IDeliveryReader
{
    private readonly ConcurrentDictionary<string, SourceEvent[]> _said = new();
    private int _reads;

    public string Name => name;

    public string Type => "Fake";

    /// <summary>A delivery of events. The same may be delivered again.</summary>
    public Delivery Delivers(DateTimeOffset at, params SourceEvent[] events)
    {
        var body = string.Join(' ', events.Select(source => source.DedupeKey));
        _said[body] = events;
        return new() { Connector = name, Headers = new Dictionary<string, string>(), Body = System.Text.Encoding.UTF8.GetBytes(body), ReceivedAt = at };
    }

    /// <summary>Gets how often a delivery was read.</summary>
    public int Reads => _reads;

    /// <summary>Gets or sets what happens while a delivery is read, by the number of the reading, from 1.</summary>
    public Action<int> WhileRead { get; set; } = _ => { };

    public IReadOnlyList<SourceEvent> Read(Delivery delivery)
    {
        WhileRead(Interlocked.Increment(ref _reads));
        return _said[System.Text.Encoding.UTF8.GetString(delivery.Body.Span)];
    }
}

/// <summary>A tool that calls; nobody does.</summary>
internal sealed class FakeHook : IWebhookSource
{
    public string Name => "hubspot";

    public string Type => "Fake";

    public int MaxBodyBytes => 1;

    public IReadOnlyCollection<string> Headers => [];

    public DeliveryCheck Check(Delivery delivery, DateTimeOffset now) => throw new InvalidOperationException("Nobody calls.");

    public IReadOnlyList<Delivery> Split(Delivery delivery) => [delivery];

    public IReadOnlyList<SourceEvent> Read(Delivery delivery) => [];
}

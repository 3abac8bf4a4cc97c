using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Http;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>One configured instance of a tool. What it can do shows in the further interfaces it has: <see cref="IWebhookSource"/>, <see cref="IPollSource"/>, <see cref="IEventEnricher"/>, <see cref="IHandoffTarget"/>, <see cref="IPersonTarget"/>.</summary>
public interface IConnector
{
    /// <summary>Gets the ops team's name for the instance, lower case: the name in settings, URLs and facts.</summary>
    string Name { get; }

    /// <summary>Gets the type, as in the setting <c>Connectors:{name}:Type</c>: <c>HubSpot</c>, <c>Salesforce</c>.</summary>
    string Type { get; }

    /// <summary>What kind of record a person's id names, where the tool has several (a lead, a contact). Two records of one kind are two persons unless the tool says otherwise.</summary>
    string RecordKind(string personId) => "person";

    /// <summary>The one form of a record's id, whatever way people copy it.</summary>
    string NormaliseId(string id) => CopiedId.Clean(id);

    /// <summary>Whether a map says what one of the tool's stages means.</summary>
    bool Maps(StageMapKind map, string raw) => false;
}

/// <summary>A tool that delivers. Poll answers of the same tool are read here too.</summary>
public interface IDeliveryReader : IConnector
{
    /// <summary>Reads an accepted delivery into events, each distinct event once, in order of appearance. Pure.</summary>
    /// <exception cref="UnreadableDeliveryException">It cannot be read.</exception>
    IReadOnlyList<SourceEvent> Read(Delivery delivery);
}

/// <summary>A tool that calls us.</summary>
public interface IWebhookSource : IDeliveryReader
{
    /// <summary>Gets the largest body the vendor sends, in bytes.</summary>
    int MaxBodyBytes { get; }

    /// <summary>Gets the names of the headers that verification or reading needs: these are kept with the delivery.</summary>
    IReadOnlyCollection<string> Headers { get; }

    /// <summary>Checks a delivery: signature over the raw bytes, age, account, then form. Pure and without any call; fails closed.</summary>
    DeliveryCheck Check(Delivery delivery, DateTimeOffset now);

    /// <summary>An accepted delivery without the secrets that proved it genuine: what is queued, spooled and parked. It reads to the same events.</summary>
    Delivery WithoutSecrets(Delivery delivery) => delivery;

    /// <summary>Splits a delivery that is too large for one message into smaller ones that <see cref="IDeliveryReader.Read"/> reads to the same events. One that cannot be split comes back alone.</summary>
    IReadOnlyList<Delivery> Split(Delivery delivery);

    /// <summary>The vendor's handshake (GET or HEAD); null where it has none.</summary>
    WebhookReply? Handshake(IReadOnlyDictionary<string, string> query) => null;

    /// <summary>The answer the vendor wants to an accepted delivery; null for the hub's own.</summary>
    WebhookReply? Acknowledge(Delivery delivery) => null;
}

/// <summary>An answer to a vendor.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">The media type of <paramref name="Body"/>.</param>
/// <param name="Body">The body.</param>
public sealed record WebhookReply(int Status, string ContentType, string Body);

/// <summary>A tool that we ask.</summary>
public interface IPollSource : IDeliveryReader
{
    /// <summary>Reads on from a cursor. A page's body is the vendor's answer as it came, so that it can be queued, replayed and explained like a webhook.</summary>
    /// <param name="cursor">What the last page gave as its next cursor; null at the very start.</param>
    /// <param name="now">The present time.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="VendorUnavailableException">The vendor does not answer; the cursor stays.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses; the cursor stays.</exception>
    Task<PollPage> PollAsync(string? cursor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The cursor that reads again what a gap may have swallowed: from before the gap on, but not from further back than the vendor keeps its events. Pure.</summary>
    /// <param name="cursor">The present cursor; null at the very start, when everything is still to be read.</param>
    /// <param name="gap">Where the vendor lost track.</param>
    /// <param name="now">The present time.</param>
    string? Rewind(string? cursor, EventGap gap, DateTimeOffset now) => cursor;

    /// <summary>How far one answer reaches, in the vendor's own words, for people to read. Pure.</summary>
    PollProgress Progress(Delivery answer);
}

/// <summary>A time in which a vendor lost track of what changed, and does not say of which records.</summary>
/// <param name="RecordType">The vendor's name for the kind of record.</param>
/// <param name="At">When; null where the vendor does not say.</param>
public sealed record EventGap(string RecordType, DateTimeOffset? At);

/// <summary>How far a poll's answer reaches.</summary>
/// <param name="NextCursor">The vendor's own mark: a time stamp, a page token; null where the answer has none.</param>
/// <param name="More">Whether the vendor says that there is more; null where it does not say.</param>
public sealed record PollProgress(string? NextCursor, bool? More);

/// <summary>One step of a poll.</summary>
/// <param name="Deliveries">What came: pages with at least one row.</param>
/// <param name="NextCursor">Where to go on. To be kept only after <paramref name="Deliveries"/> are safely queued.</param>
/// <param name="More">Whether there is more to read at once.</param>
public sealed record PollPage(IReadOnlyList<Delivery> Deliveries, string NextCursor, bool More);

/// <summary>A tool whose events carry ids only, and whose API has the rest.</summary>
public interface IEventEnricher : IConnector
{
    /// <summary>Fills in what the events lack (addresses, profiles, the people of a deal, a deal's present state), in as few calls as the vendor allows. Events that the vendor knows nothing more of come back as they were. Further events may come with them, such as an opt-out that the record shows.</summary>
    /// <exception cref="VendorUnavailableException">The vendor does not answer: try later.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses for good.</exception>
    Task<IReadOnlyList<SourceEvent>> EnrichAsync(IReadOnlyList<SourceEvent> events, CancellationToken cancellationToken);
}

/// <summary>A tool that takes leads over: the CRM.</summary>
public interface IHandoffTarget : IConnector
{
    /// <summary>
    /// Writes the lead and a task for its owner, under the hub's own ids: repeating it changes nothing and makes no second record. Given again to another owner, both go to that one. A record that
    /// somebody has taken stays theirs.
    /// </summary>
    /// <exception cref="VendorUnavailableException">The vendor does not answer: try later.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses for good.</exception>
    /// <exception cref="AmbiguousMatchException">Several records match the lead, and nothing was written.</exception>
    Task<HandoffReceipt> DeliverAsync(HandoffOrder order, CancellationToken cancellationToken);
}

/// <summary>A lead to be handed over.</summary>
/// <param name="Handoff">The handoff.</param>
/// <param name="Journey">The lead as it is now.</param>
/// <param name="Brief">What the receiving person reads.</param>
/// <param name="DueAt">When it is to be taken up; null for no limit.</param>
public sealed record HandoffOrder(Handoff Handoff, Journey Journey, HandoffBrief Brief, DateTimeOffset? DueAt)
{
    /// <summary>Gets the id, in the tool, of the user it is meant for; null leaves it to the tool.</summary>
    public string? OwnerId { get; init; }

    /// <summary>Gets the ids of the users the hub had given it to before, who did not take it up. A record that one of them has is nobody's yet.</summary>
    public IReadOnlyList<string> GivenBefore { get; init; } = [];
}

/// <summary>Proof that a handoff is in the tool.</summary>
/// <param name="Person">The key of the person's record there.</param>
/// <param name="RecordUrl">A link for people; null where there is none.</param>
/// <param name="KeptBy">The id, in the tool, of the user who has taken the record already and keeps it; null where whom it is meant for has it.</param>
public sealed record HandoffReceipt(IdentityKey Person, string? RecordUrl, string? KeptBy = null)
{
    /// <summary>Gets a value indicating whether the record was made by the hub with the person's opt-out in it: no word of the tool's own.</summary>
    public bool MadeOptedOut { get; init; }
}

/// <summary>A tool whose records people can open.</summary>
public interface IRecordUrls : IConnector
{
    /// <summary>Where people open a person's record; null where the connector does not know the address, or not yet.</summary>
    Uri? LinkTo(IdentityKey person);
}

/// <summary>A tool that keeps notes on people: marketing gets the briefs of its handoffs, and sales' reasons for a return, as such.</summary>
public interface INoteTarget : IConnector
{
    /// <summary>Writes a note on the person's record, unless one of its id is there already.</summary>
    /// <returns>False where the tool no longer has the person.</returns>
    /// <exception cref="VendorUnavailableException">The vendor does not answer: try later.</exception>
    /// <exception cref="VendorRefusedException">The vendor refuses for good.</exception>
    Task<bool> WriteNoteAsync(IdentityKey person, PersonNote note, CancellationToken cancellationToken);
}

/// <summary>A note on a person.</summary>
/// <param name="Id">What makes two notes the same.</param>
/// <param name="At">When what it tells happened.</param>
/// <param name="Lines">Its text, each line clean. Personal data: never to be logged.</param>
public sealed record PersonNote(string Id, DateTimeOffset At, IReadOnlyList<string> Lines)
{
    /// <summary>Gets the reason of a return, for tools that keep it in a property of its own; null for other notes.</summary>
    public string? ReturnReason { get; init; }
}

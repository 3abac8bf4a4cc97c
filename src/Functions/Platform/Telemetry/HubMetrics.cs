using System.Diagnostics.Metrics;
using Azure.Core;
using Azure.Core.Pipeline;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>The hub's metrics, under the meter <c>IntegrationHub</c>. Each hub of a process has its own meter. Tags
/// hold names of connectors and kinds, never personal data.</summary>
internal sealed class HubMetrics
{
    public const string MeterName = "IntegrationHub";

    private const string ArchiveProperty = "hub.archive";

    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _events;
    private readonly Counter<long> _returnsHeld;
    private readonly Counter<long> _commits;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _facts;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _ahead;
    private readonly Counter<long> _unknown;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _tableRequests;
    private readonly Counter<long> _archiveRequests;
    private readonly Counter<long> _blobRequests;
    private readonly Counter<long> _busOperations;
    private readonly Counter<long> _alerts;
    private readonly Counter<long> _parked;
    private readonly Counter<long> _paused;
    private readonly Counter<long> _late;
    private readonly Counter<long> _mended;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _proofs;
    private readonly Counter<long> _bodiesErased;
    private readonly Counter<long> _leftByAge;
    private readonly Histogram<double> _latency;
    private readonly Gauge<long> _missing;

    public HubMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _deliveries = meter.CreateCounter<long>("hub.deliveries", "{delivery}", "Deliveries by connector and outcome.");
        _events = meter.CreateCounter<long>("hub.events", "{event}", "Events read, by connector and kind.");
        _returnsHeld = meter.CreateCounter<long>(
            "hub.returns.held", "{return}", "Leads given back without a reason, which are held, by connector.");
        _commits = meter.CreateCounter<long>("hub.commits", "{commit}", "Journeys saved.");
        _conflicts = meter.CreateCounter<long>("hub.conflicts", "{conflict}", "Journeys decided again because somebody else had saved.");
        _facts = meter.CreateCounter<long>("hub.facts", "{fact}", "Facts stored for the first time.");
        _dropped = meter.CreateCounter<long>(
            "hub.events.dropped", "{event}",
            "Events that were dropped: of erased persons, deleted records and kinds that are not read, by connector and reason.");
        _ahead = meter.CreateCounter<long>("hub.events.ahead", "{event}", "Events whose time lay ahead of the hub's clock, by connector.");
        _unknown = meter.CreateCounter<long>("hub.events.unknown", "{event}", "Events of the funnel that a newer hub published.");
        _duplicates = meter.CreateCounter<long>("hub.duplicates", "{fact}", "Facts that had been said before.");
        _tableRequests = meter.CreateCounter<long>("hub.table.requests", "{request}", "Requests to the tables, retries included.");
        _archiveRequests = meter.CreateCounter<long>(
            "hub.archive.requests", "{request}", "Requests to the tables for the archive of deliveries, retries included.");
        _blobRequests = meter.CreateCounter<long>("hub.blob.requests", "{request}", "Requests to the blobs, retries included.");
        _busOperations = meter.CreateCounter<long>("hub.bus.operations", "{operation}", "Sends and settlements.");
        _alerts = meter.CreateCounter<long>("hub.alerts", "{alert}", "Fates of alerts, one for each recipientGroup, by fate.");
        _paused = meter.CreateCounter<long>(
            "hub.deliveries.paused", "{message}", "Messages that came back later, because their connector is paused, by connector.");
        _late = meter.CreateCounter<long>("hub.deadlines.late", "{lead}", "Leads whose deadline had passed and no sweep had taken it.");
        _mended = meter.CreateCounter<long>("hub.deadlines.mended", "{lead}", "Leads that were missing in the deadline index.");
        _refusals = meter.CreateCounter<long>("hub.refusals", "{request}", "Calls that were refused, by function and status.");
        _proofs = meter.CreateCounter<long>(
            "hub.deliveries.proved", "{delivery}", "Genuine deliveries, by connector and number of the secret.");
        _parked = meter.CreateCounter<long>("hub.parked", "{delivery}", "Deliveries that were parked, by connector and reason.");
        _bodiesErased = meter.CreateCounter<long>(
            "hub.erasure.bodies", "{body}", "Bodies that were removed because they named an erased person, by place.");
        _leftByAge = meter.CreateCounter<long>("hub.retention.removed", "{item}", "What was removed because of its age, by place.");
        _latency = meter.CreateHistogram<double>(
            "hub.delivery.latency", "ms", "From the receipt of a delivery to the commit of all its facts.");
        _missing = meter.CreateGauge<long>(
            "hub.parity.missing", "{person}", "People of a tool whom another one lacks, by both and by cause, as last compared.");
    }

    public void Delivered(string connector, string outcome) => _deliveries.Add(1, new("connector", connector), new("outcome", outcome));

    public void Read(string connector, string kind) => _events.Add(1, new("connector", connector), new("kind", kind));

    /// <summary>Counts a lead that was given back without a reason.</summary>
    public void ReturnHeld(string connector) => _returnsHeld.Add(1, new KeyValuePair<string, object?>("connector", connector));

    /// <summary>Counts a saved journey and its new facts.</summary>
    public void Committed(int facts)
    {
        _commits.Add(1);
        _facts.Add(facts);
    }

    /// <summary>Counts what is dropped: the person was erased, the record deleted, or the account is another.</summary>
    public void Dropped(string connector, string reason, int count) =>
        _dropped.Add(count, new("connector", connector), new("reason", reason));

    /// <summary>Counts events whose time lay too far ahead, and was bounded.</summary>
    public void Ahead(string connector, int count)
    {
        if (count > 0)
        {
            _ahead.Add(count, new KeyValuePair<string, object?>("connector", connector));
        }
    }

    /// <summary>Counts an event that a newer hub published.</summary>
    public void Unknown() => _unknown.Add(1);

    /// <summary>Counts duplicate facts.</summary>
    public void Repeated(int facts) => _duplicates.Add(facts);

    /// <summary>Counts a journey that was decided again after a conflict.</summary>
    public void Conflicted() => _conflicts.Add(1);

    /// <summary>Counts an operation on the bus: <c>send</c>, <c>complete</c>,
    /// <c>abandon</c>, <c>deadLetter</c>.</summary>
    public void OnBus(string operation) => _busOperations.Add(1, new KeyValuePair<string, object?>("operation", operation));

    /// <summary>Counts the outcome of an alert for a recipient group.</summary>
    public void Alerted(AlertOutcome fate) => _alerts.Add(1, new KeyValuePair<string, object?>("fate", fate.ToString()));

    /// <summary>Counts a lead whose deadline no sweep has taken in time.</summary>
    public void WatchedLate() => _late.Add(1);

    /// <summary>Counts a lead that was missing in the deadline index.</summary>
    public void DeadlineMended() => _mended.Add(1);

    /// <summary>Counts a genuine delivery by the secret that proved it, from 1; no-op without secrets.</summary>
    public void Proved(string connector, int? secret)
    {
        if (secret is { } number)
        {
            _proofs.Add(1, new("connector", connector), new("secret", number + 1));
        }
    }

    /// <summary>Counts a call that its caller may not make.</summary>
    public void Refused(string function, int status) => _refusals.Add(1, new("function", function), new("status", status));

    public void Parked(string connector, string reason) => _parked.Add(1, new("connector", connector), new("reason", reason));

    public void Paused(string connector) => _paused.Add(1, new KeyValuePair<string, object?>("connector", connector));

    /// <summary>Counts bodies that named an erased person and were removed.</summary>
    public void BodiesErased(string place, int bodies) =>
        _bodiesErased.Add(bodies, new KeyValuePair<string, object?>("place", place));

    /// <summary>Counts what was removed because of its age.</summary>
    public void LeftByAge(string place, int items) => _leftByAge.Add(items, new KeyValuePair<string, object?>("place", place));

    /// <summary>Says how many people of a tool another one lacks.</summary>
    public void Missing(string from, string to, string cause, int people) =>
        _missing.Record(people, new("from", from), new("to", to), new("cause", cause));

    public void Took(TimeSpan latency) => _latency.Record(latency.TotalMilliseconds);

    /// <summary>Returns a policy that counts requests to the tables, retries included.</summary>
    public HttpPipelinePolicy CountTableRequests() => new TablePolicy(_tableRequests, _archiveRequests);

    /// <summary>Returns a policy that counts requests to the blobs, retries included.</summary>
    public HttpPipelinePolicy CountBlobRequests() => new BlobPolicy(_blobRequests);

    /// <summary>Counts the table requests of a block as the archive's. Dispose it at the end of the block.</summary>
    public static IDisposable AsArchive() =>
        HttpPipeline.CreateHttpMessagePropertiesScope(new Dictionary<string, object?> { [ArchiveProperty] = true });

    private sealed class BlobPolicy(Counter<long> counter) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message) =>
            counter.Add(1, new KeyValuePair<string, object?>("kind", message.Request.Method.Method.ToLowerInvariant()));
    }

    private sealed class TablePolicy(Counter<long> requests, Counter<long> archive) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message)
        {
            var counter = message.TryGetProperty(ArchiveProperty, out _) ? archive : requests;
            var path = message.Request.Uri.Path;
            var resource = path.AsSpan(path.LastIndexOf('/') + 1);
            var keys = resource.IndexOf('(');
            var table = keys < 0 ? resource : resource[..keys];
            counter.Add(1, new("table", table is "$batch" ? "(one)" : table.ToString()), new("kind", KindOf(message.Request, resource)));
        }

        private static string KindOf(Request request, ReadOnlySpan<char> resource) => request.Method.Method switch
        {
            "GET" => resource.EndsWith("()") ? "query" : "read",
            "POST" => resource is "$batch" ? "transaction" : "add",
            var method => method.ToLowerInvariant(),
        };
    }
}

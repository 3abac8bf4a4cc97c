using System.Globalization;
using System.Text.Json;
using IntegrationHub.History.Recording;

namespace IntegrationHub.History.Checking;

/// <summary>
/// Says what a record breaks. Pure: it looks at nothing but the record, whose last entries show what is there after everything has settled.
/// </summary>
/// <remarks>
/// Tools cannot take back what they were asked for, and no transaction spans them and the hub. So an effect that was decided before an erasure or an
/// opt-out may arrive after it: it is allowed for <see cref="UnderWay"/> of the time that its hub ran, for a hub that stands still acts when it wakes.
/// </remarks>
public static class HistoryChecker
{
    /// <summary>How long an effect may be under way: a few calls of a tool with their retries.</summary>
    public static readonly TimeSpan UnderWay = TimeSpan.FromSeconds(10);

    /// <summary>Two overwrites stop the hub. One write may be on its way then, and each hub may have decided it beside the others.</summary>
    private const int WritesUntilStop = 2 + 3;

    private const string Warning = "Has opted out of e-mail";

    private static readonly string[] ConsentGivenBack = ["\"hs_email_optout\":\"false\"", "\"HasOptedOutOfEmail\":false"];

    /// <summary>Checks all rules.</summary>
    /// <returns>What is broken; empty when all holds.</returns>
    public static IReadOnlyList<Violation> Check(IReadOnlyList<HistoryEntry> history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var persons = history.OfType<PersonMade>().Select(made => new PersonHistory(made, history)).ToList();
        var faults = history.OfType<FaultInForce>().ToList();
        return
        [
            .. persons.SelectMany(EveryEventOnce),
            .. OneTaskForEachHandoff(persons, history),
            .. persons.SelectMany(OneRecord),
            .. persons.SelectMany(person => OptOutHolds(person, faults)),
            .. persons.SelectMany(person => ErasureHolds(person, faults)),
            .. NoMailTwice(persons, history),
            .. persons.SelectMany(person => NoLoop(person, faults)),
            .. TheEnd(history),
        ];
    }

    /// <summary>
    /// An event is known on the journey by its kind and its time. Events of one contact and one moment count together, and each of them may bring the person's
    /// profile along. A stage and a consent may be there once more: the hub reads them from the record when it meets a person, with the times that they have
    /// there. Of a person whose erasure was asked for nothing has to be there.
    /// </summary>
    private static IEnumerable<Violation> EveryEventOnce(PersonHistory person)
    {
        if (person.Asked is not null)
        {
            yield break;
        }

        var sent = person.Deliveries.SelectMany(delivery => delivery.Events).Where(each => each.Contact == person.Made.Contact).DistinctBy(each => each.Id).ToList();
        var accepted = person.Deliveries.Where(delivery => delivery.IsAccepted).SelectMany(delivery => delivery.Events).Select(each => each.Id).ToHashSet();
        var facts = (person.Journey?.Facts ?? []).CountBy(fact => (fact.Kind, fact.OccurredAt)).ToDictionary();
        foreach (var moment in sent.GroupBy(each => each.OccurredAt))
        {
            foreach (var said in moment.Where(each => each.Says.Length > 0).GroupBy(each => each.Says))
            {
                var (there, atLeast) = (facts.GetValueOrDefault((said.Key, moment.Key)), said.Count(each => accepted.Contains(each.Id)));
                if (there < atLeast || there > moment.Count() + (said.Key is "stageClaimed" or "consentChanged" ? 1 : 0))
                {
                    yield return Broken(
                        Rule.EveryEventOnce, person, $"{there} facts {said.Key} instead of {atLeast} of events {string.Join(", ", said.Select(each => each.Id))} at {moment.Key:O}");
                }
            }
        }

        var moments = sent.Select(each => each.OccurredAt).ToHashSet();
        foreach (var (kind, at) in facts.Keys.Where(fact => fact.Kind != "identitiesLinked" && !moments.Contains(fact.OccurredAt)))
        {
            yield return Broken(Rule.EveryEventOnce, person, $"a fact {kind} of {at:O}, when nothing was sent");
        }
    }

    /// <summary>A superseded handoff may have a task: the lead moved on while it was delivered. A task of an erased person's handoff has no journey any more.</summary>
    private static IEnumerable<Violation> OneTaskForEachHandoff(IReadOnlyList<PersonHistory> persons, IReadOnlyList<HistoryEntry> history)
    {
        var tasks = history.OfType<TaskRead>().ToLookup(task => task.Handoff);
        foreach (var twice in tasks.Where(same => same.Count() > 1))
        {
            yield return new(Rule.OneTaskForEachHandoff, null, $"handoff {twice.Key} has the tasks {string.Join(", ", twice.Select(task => task.Id))}");
        }

        var known = new HashSet<string>();
        foreach (var (person, handoff) in persons.Where(person => person.Asked is null).SelectMany(person => (person.Journey?.Handoffs ?? []).Select(handoff => (person, handoff))))
        {
            known.Add(handoff.Id);
            if (handoff.Delivery is not ("delivered" or "superseded"))
            {
                yield return Broken(Rule.OneTaskForEachHandoff, person, $"handoff {handoff.Id} is {handoff.Delivery} in the end");
            }
            else if (handoff.Delivery == "delivered" && !tasks.Contains(handoff.Id))
            {
                yield return Broken(Rule.OneTaskForEachHandoff, person, $"handoff {handoff.Id} is delivered and has no task");
            }
        }

        var erased = persons.Where(person => person.Asked is not null).SelectMany(person => person.Records).Select(record => record.Id).ToHashSet();
        foreach (var task in history.OfType<TaskRead>().Where(task => !known.Contains(task.Handoff) && !erased.Contains(task.Record)))
        {
            yield return new(Rule.OneTaskForEachHandoff, null, $"task {task.Id} is of handoff {task.Handoff}, which no journey has");
        }
    }

    private static IEnumerable<Violation> OneRecord(PersonHistory person)
    {
        var records = person.Records.Where(record => record.Connector == "salesforce").Select(record => record.Id).ToList();
        if (records.Count > 1)
        {
            yield return Broken(Rule.OneRecordForEachPerson, person, $"records {string.Join(", ", records)}");
        }
    }

    /// <summary>
    /// Nobody opts in again in these histories, so consent is never given back. From the moment that a hub showed the opt-out, and the time of what was under
    /// way, a task warns and suggests nothing to send. In the end every record has it. The stage and the profile may be written: they invite to nothing.
    /// </summary>
    private static IEnumerable<Violation> OptOutHolds(PersonHistory person, IReadOnlyList<FaultInForce> faults)
    {
        foreach (var call in person.Calls.Where(call => Array.Exists(ConsentGivenBack, given => call.Body.Contains(given, StringComparison.Ordinal))))
        {
            yield return Broken(Rule.OptOutHolds, person, $"{call.Hub} gave consent back: {Text(call)}");
        }

        if (person.OptedOut is not { } shown || person.Asked is not null)
        {
            yield break;
        }

        var tasks = person.Calls.Where(call => call.Path.Contains("/Task/", StringComparison.Ordinal) && IsLate(call.At, shown.At, call.Hub, faults));
        foreach (var call in tasks.Where(call => !call.Body.Contains(Warning, StringComparison.Ordinal)))
        {
            yield return Broken(Rule.OptOutHolds, person, $"a task does not warn: {Text(call)}");
        }

        if (person.Journey is not { OptedOut: true })
        {
            yield return Broken(Rule.OptOutHolds, person, "the journey has no opt-out any more");
        }

        foreach (var record in person.Records.Where(record => !record.OptedOut))
        {
            yield return Broken(Rule.OptOutHolds, person, $"the opt-out is not at {record.Connector} {record.Id}");
        }
    }

    /// <summary>Nothing about the person is written or mailed after the answer, but for what was under way. In the end no hub knows them.</summary>
    private static IEnumerable<Violation> ErasureHolds(PersonHistory person, IReadOnlyList<FaultInForce> faults)
    {
        if (person.Erased is not { } erased)
        {
            yield break;
        }

        foreach (var call in person.Calls.Where(call => IsLate(call.At, erased.At, call.Hub, faults)))
        {
            yield return Broken(Rule.ErasureHolds, person, $"{(call.At - erased.At).TotalSeconds:0.0} s after the erasure of {erased.Lead} was answered {Text(call)}");
        }

        foreach (var mail in person.Mails.Where(mail => IsLate(mail.At, erased.At, null, faults)))
        {
            yield return Broken(Rule.ErasureHolds, person, $"{(mail.At - erased.At).TotalSeconds:0.0} s after the erasure of {erased.Lead} was answered mail {mail.MessageId}");
        }

        if (person.Journey?.Lead is { } lead)
        {
            yield return Broken(Rule.ErasureHolds, person, $"lead {lead} is there in the end");
        }
    }

    /// <summary>A mail that was repeated has the same Message-ID and the same subject. A person is reported to a recipient at most once for each alert.</summary>
    private static IEnumerable<Violation> NoMailTwice(IReadOnlyList<PersonHistory> persons, IReadOnlyList<HistoryEntry> history)
    {
        foreach (var same in history.OfType<MailArrived>().GroupBy(mail => mail.MessageId).Where(same => same.Select(mail => mail.Subject).Distinct().Count() > 1))
        {
            yield return new(Rule.NoMailTwice, null, $"mail {same.Key} has several subjects");
        }

        foreach (var person in persons.Where(person => person.Asked is null))
        {
            foreach (var received in person.Mails.Where(person.IsStalledIn).GroupBy(mail => mail.To))
            {
                var ids = received.Select(mail => mail.MessageId).Distinct().ToList();
                if (ids.Count > (person.Journey?.Alerts ?? 0))
                {
                    yield return Broken(
                        Rule.NoMailTwice, person, $"{received.Key} has {ids.Count} mails for {person.Journey?.Alerts ?? 0} alerts: {string.Join(", ", ids)}");
                }
            }
        }
    }

    /// <summary>
    /// A field of a record is written at most as often as people changed the person in either tool, and a few times more until the hub notices that somebody always
    /// changes it back. Each fault may repeat a write.
    /// </summary>
    private static IEnumerable<Violation> NoLoop(PersonHistory person, IReadOnlyList<FaultInForce> faults)
    {
        var causes = person.Changes.Count + person.Deliveries.SelectMany(delivery => delivery.Events).Where(each => each.Contact == person.Made.Contact && each.ByPerson)
            .DistinctBy(each => each.Id).Count();
        foreach (var field in person.Calls.SelectMany(call => FieldsOf(call).Select(field => (call.Path, Field: field))).CountBy(field => field))
        {
            if (field.Value > causes + WritesUntilStop + faults.Count)
            {
                yield return Broken(Rule.NoLoop, person, $"{field.Key.Field} of {field.Key.Path} was written {field.Value} times after {causes} changes");
            }
        }
    }

    private static IEnumerable<Violation> TheEnd(IReadOnlyList<HistoryEntry> history)
    {
        if (history.OfType<Settled>().LastOrDefault() is not { } end)
        {
            yield return new(Rule.NothingGivenUp, null, "the run did not come to its end");
            yield break;
        }

        if (!end.Rests)
        {
            yield return new(Rule.NoLoop, null, "the hub goes on writing to the tools when nobody changes anything");
        }

        foreach (var given in end.DeadLetters.CountBy(letter => letter))
        {
            yield return new(Rule.NothingGivenUp, null, $"{given.Value} dead letters of {given.Key}");
        }
    }

    /// <summary>Whether an effect is later than what may have been under way; pauses of its hub, or of any where it is not known, do not count.</summary>
    private static bool IsLate(DateTimeOffset at, DateTimeOffset since, string? hub, IReadOnlyList<FaultInForce> faults)
    {
        var pauses = faults
            .Where(fault => fault.What.StartsWith(FaultNames.Pause, StringComparison.Ordinal) && (hub is null || fault.Hub == hub))
            .Sum(fault => Math.Max(0, (Earlier(fault.Until, at) - Later(fault.At, since)).Ticks));
        return at - since - TimeSpan.FromTicks(pauses) > UnderWay;
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    /// <summary>The fields of a write, of Salesforce's or of HubSpot's form.</summary>
    private static IEnumerable<string> FieldsOf(VendorCalled call)
    {
        if (call.Method != "PATCH" || call.Path.Contains("/Task/", StringComparison.Ordinal))
        {
            return [];
        }

        using var body = JsonDocument.Parse(call.Body);
        var fields = body.RootElement.TryGetProperty("properties", out var properties) ? properties : body.RootElement;
        return [.. fields.EnumerateObject().Select(field => field.Name)];
    }

    private static string Text(VendorCalled call) => string.Create(CultureInfo.InvariantCulture, $"{call.Hub} {call.Method} {call.Path} at {call.At:O}");

    private static Violation Broken(Rule rule, PersonHistory person, string what) => new(rule, person.Made.Contact, what);
}

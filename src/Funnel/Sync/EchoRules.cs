using System.Collections.Immutable;

namespace IntegrationHub.Funnel;

/// <summary>Distinguishes the hub's own writes, when the tools report them, from changes by people
/// and automations. Pure.</summary>
public static class EchoRules
{
    internal const int WritesKept = 40;

    /// <summary>Returns the fingerprint of a value of a record's property. It ignores the lead
    /// and surrounding spaces.</summary>
    public static string Fingerprint(IdentityKey record, PersonProperty property, string value) =>
        CauseId.Of("value", record.Connector, record.Id, property, value.Trim());

    /// <summary>Whether a write wrote a value, in the tool's form.</summary>
    public static bool IsOf(OwnWrite write, string value) => write.Value == FingerprintFor(write, value);

    /// <summary>Whether a write replaced a value, in the tool's form. An empty value never matches.</summary>
    public static bool Replaced(OwnWrite write, string value) =>
        write.Before is { } before ? before == FingerprintFor(write, value) : value.Length == 0;

    private static string FingerprintFor(OwnWrite write, string value) =>
        Fingerprint(IdentityKey.Person(write.Connector, write.Record), write.Property, value);

    /// <summary>Returns the open breaker of a property; null for none.</summary>
    public static SyncLoopBreaker? OpenBreaker(JourneyLedger ledger, PersonProperty property, WriteBackPolicy policy, DateTimeOffset now) =>
        ledger.Breakers.FirstOrDefault(breaker => breaker.Property == property && now < breaker.EndOf(policy));

    /// <summary>Records writes. A repeated write whose echo is still expected is recorded once. The oldest writes that
    /// nothing needs are removed.</summary>
    public static JourneyLedger Note(JourneyLedger ledger, IEnumerable<OwnWrite> writes)
    {
        var kept = ledger.Writes.ToList();
        foreach (var write in writes)
        {
            kept.RemoveAll(known =>
                known.Outcome == write.Outcome && known is { Echo: null, ReplacedAt: null } && Key(known) == Key(write));
            kept.Add(write);
        }

        return ledger with { Writes = [.. kept.TakeLast(WritesKept)] };
    }

    /// <summary>Records an arriving fact: marks its echoes, and counts overwrites of the hub's values.</summary>
    /// <returns>The ledger, and the fact with its echoes.</returns>
    internal static (JourneyLedger Ledger, Fact Fact) Take(JourneyLedger ledger, Fact fact, WriteBackPolicy policy, DateTimeOffset now)
    {
        if (ledger.Writes.IsEmpty)
        {
            return (ledger, fact);
        }

        var (next, echoes) = (ledger, ImmutableArray<PersonProperty>.Empty);
        foreach (var (property, value) in Said(fact))
        {
            var awaited = IndexOf(
                next.Writes,
                write => Concerns(write, fact, property)
                    && write.Echo is null && now - write.At <= policy.EchoWithin && IsOf(write, value));
            if (awaited >= 0)
            {
                next = Change(next, awaited, write => write with { Echo = fact.DedupeKey });
                echoes = echoes.Add(property);
            }
            else
            {
                next = Overwrite(next, fact, property, value, policy, now);
            }
        }

        return (next, echoes.IsEmpty ? fact : fact with { Echoes = echoes });
    }

    /// <summary>Counts an overwrite, once for each write: the tool has a value other than the hub's last. A repeated
    /// value of before the write does not count.</summary>
    private static JourneyLedger Overwrite(
        JourneyLedger ledger, Fact fact, PersonProperty property, string value, WriteBackPolicy policy, DateTimeOffset now)
    {
        var last = ledger.Writes.LastOrDefault(write => Concerns(write, fact, property));
        if (property == PersonProperty.Consent
            || last is null or { ReplacedAt: not null }
            || IsOf(last, value)
            || (fact.OccurredAt < FullSecond(last.At) && Replaced(last, value)))
        {
            return ledger;
        }

        var replaced = Change(ledger, ledger.Writes.LastIndexOf(last), write => write with { ReplacedAt = now });
        var known = ledger.Breakers.FirstOrDefault(breaker => breaker.Property == property);
        var since = known is null || known.EndOf(policy) < now - policy.OverwriteWindow
            ? now - policy.OverwriteWindow : known.EndOf(policy);
        var overwrites = replaced.Writes.Count(write => write.Property == property && write.ReplacedAt >= since);
        return overwrites < policy.MaxOverwrites || now < known?.EndOf(policy)
            ? replaced
            : replaced with { Breakers = [.. replaced.Breakers.Where(breaker => breaker.Property != property), new(property, now)] };
    }

    /// <summary>Returns a fact's values of the properties that the hub writes.</summary>
    private static IEnumerable<(PersonProperty Property, string Value)> Said(Fact fact) => fact switch
    {
        StageClaimed { Raw: { } raw } => [(PersonProperty.Stage, raw)],
        ConsentChanged consent => [(PersonProperty.Consent, consent.Email.ToString())],
        ProfileChanged { Profile: var profile } =>
            LeadProfile.Properties.Where(property => profile.Of(property) is not null)
                .Select(property => (property, profile.ComparableOf(property)!)),
        _ => [],
    };

    private static (string Connector, string Record, PersonProperty Property, string Value) Key(OwnWrite write) =>
        (write.Connector, write.Record, write.Property, write.Value);

    private static bool Concerns(OwnWrite write, Fact fact, PersonProperty property) =>
        write.Outcome == WriteOutcome.Written && write.Property == property && write.Connector == fact.Connector;

    /// <summary>Truncates to full seconds, as some tools do.</summary>
    internal static DateTimeOffset FullSecond(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());

    private static int IndexOf(ImmutableArray<OwnWrite> writes, Func<OwnWrite, bool> isMeant)
    {
        for (var i = 0; i < writes.Length; i++)
        {
            if (isMeant(writes[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static JourneyLedger Change(JourneyLedger ledger, int index, Func<OwnWrite, OwnWrite> change) =>
        ledger with { Writes = ledger.Writes.SetItem(index, change(ledger.Writes[index])) };
}

using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Events;

/// <summary>
/// Makes facts of events: the one place where a tool's event becomes what the funnel knows. Pure. An event may stand for several facts; each has the
/// event's dedupe key with its own kind behind a <c>#</c>.
/// </summary>
public static class FactMapper
{
    private static readonly LeadProfile NothingKnown = new();

    /// <summary>The facts an event stands for; none for <see cref="SourceEventKind.Ignored"/> and for what is no statement about a lead.</summary>
    /// <param name="source">The event, enriched as far as needed.</param>
    /// <param name="connector">The connector's name.</param>
    /// <param name="receivedAt">When the delivery came: the time of an event whose vendor gives none.</param>
    /// <param name="messageId">The id of the message that brought it.</param>
    public static IReadOnlyList<Fact> ToFacts(SourceEvent source, string connector, DateTimeOffset receivedAt, string? messageId)
    {
        ArgumentNullException.ThrowIfNull(source);

        var at = source.OccurredAt ?? receivedAt;
        var facts = new List<Fact>();
        switch (source.Kind)
        {
            case SourceEventKind.Ignored or SourceEventKind.ResyncRequired:
                break;
            case SourceEventKind.ContactPrivacyDeleted:
                facts.Add(new PersonErased
                {
                    DedupeKey = Key("erased"), Connector = connector, Side = source.Side, OccurredAt = at, ReceivedAt = receivedAt, MessageId = messageId,
                });
                break;
            case SourceEventKind.ContactDeleted:
                facts.AddRange(source.People.Select((record, i) => new RecordDeleted
                {
                    Record = record,
                    DedupeKey = Key($"deleted{i}"), Connector = connector, Side = source.Side, OccurredAt = at, ReceivedAt = receivedAt, MessageId = messageId,
                }));
                break;
            default:
                AddMerged();
                AddRestored();
                AddProfile();
                AddConsent();
                AddBooking();
                AddTouch();
                AddStage();
                AddDeal();
                AddWork();
                break;
        }

        return AboutOf(source) is { } record ? [.. facts.Select(fact => fact is RecordDeleted or RecordRestored ? fact : fact with { About = record, ShowsRecord = source.ShowsRecord })] : facts;

        string Key(string kind) => $"{source.DedupeKey}#{kind}";

        void AddMerged() => facts.AddRange(source.Merged.Select((record, i) => new RecordDeleted
        {
            Record = record,
            DedupeKey = Key($"merged{i}"), Connector = connector, Side = source.Side, OccurredAt = at, ReceivedAt = receivedAt, MessageId = messageId,
        }));

        void AddRestored()
        {
            if (source.Restored)
            {
                facts.AddRange(source.People.Select((record, i) => new RecordRestored
                {
                    Record = record,
                    DedupeKey = Key($"restored{i}"), Connector = connector, Side = source.Side, OccurredAt = at, ReceivedAt = receivedAt, MessageId = messageId,
                }));
            }
        }

        void AddProfile()
        {
            var profile = source.Profile ?? NothingKnown;
            if (source.DealId is null && (profile != NothingKnown || source.ScoreCleared))
            {
                facts.Add(new ProfileChanged
                {
                    Profile = profile, ScoreCleared = source.ScoreCleared,
                    DedupeKey = Key("profile"), Connector = connector, Side = source.Side, OccurredAt = at, ReceivedAt = receivedAt, MessageId = messageId,
                });
            }
        }

        void AddConsent()
        {
            if (ConsentOf(source.Kind) is { } consent)
            {
                facts.Add(new ConsentChanged
                {
                    Email = consent,
                    DedupeKey = Key("consent"), Connector = connector, Side = source.Side, OccurredAt = at, ReceivedAt = receivedAt, MessageId = messageId,
                });
            }
        }

        void AddBooking()
        {
            if (source.Booking is { } booking)
            {
                facts.Add(new ActivityBooked
                {
                    ActivityId = booking.ActivityId, DueAt = booking.DueAt, DueOn = booking.DueOn,
                    DedupeKey = Key("booked"), Connector = connector, Side = source.Side, OccurredAt = at, ReceivedAt = receivedAt, MessageId = messageId,
                });
            }
        }

        void AddTouch()
        {
            // What is only booked has not been done.
            if (source.Kind != SourceEventKind.Activity || source is { Booking: not null, ShowsWork: false })
            {
                return;
            }

            facts.Add(source.Touch is { } touch
                ? new CampaignTouched
                {
                    Touch = touch, Campaign = source.Campaign, Detail = source.Detail,
                    DedupeKey = Key("touch"), Connector = connector, Side = source.Side, OccurredAt = at, ReceivedAt = receivedAt, MessageId = messageId,
                }
                : new ActivityLogged
                {
                    Summary = source.Detail,
                    DedupeKey = Key("activity"), Connector = connector, Side = source.Side, OccurredAt = at, ReceivedAt = receivedAt, MessageId = messageId,
                });
        }

        void AddStage()
        {
            if (ClaimsStage(source))
            {
                facts.Add(new StageClaimed
                {
                    Stage = source.Stage, Raw = source.ToStageRaw,
                    DedupeKey = Key("stage"), Connector = connector, Side = source.Side, OccurredAt = at, ReceivedAt = receivedAt, MessageId = messageId,
                });
            }
        }

        void AddDeal()
        {
            if (source.DealId is { } deal && ChangesDeal(source.Kind))
            {
                var status = StatusOf(source);
                facts.Add(new DealChanged
                {
                    DealId = deal, Status = status, Stage = status == DealStatus.Lost ? null : source.Stage, Raw = source.ToStageRaw,
                    Amount = source.Amount, Currency = source.Currency, Owner = source.Owner, Cleared = source.Cleared.IsDefaultOrEmpty ? default : source.Cleared,
                    DedupeKey = Key("deal"), Connector = connector, Side = source.Side, OccurredAt = at, ReceivedAt = receivedAt, MessageId = messageId,
                });
            }
        }

        void AddWork()
        {
            if (source.ReturnHeld)
            {
                facts.Add(new ReturnHeld
                {
                    Raw = source.ToStageRaw,
                    DedupeKey = Key("returnHeld"), Connector = connector, Side = source.Side, OccurredAt = at, ReceivedAt = receivedAt, MessageId = messageId,
                });
            }
            else if (source.ReturnedReason is { Length: > 0 } reason)
            {
                facts.Add(new HandoffReturned
                {
                    Reason = reason, Raw = source.ToStageRaw,
                    DedupeKey = Key("returned"), Connector = connector, Side = source.Side, OccurredAt = at, ReceivedAt = receivedAt, MessageId = messageId,
                });
            }
            else if (source.ShowsWork)
            {
                facts.Add(new HandoffAccepted
                {
                    By = source.Owner, Raw = source.ToStageRaw, HubWroteLast = source.HubWroteLast,
                    DedupeKey = Key("accepted"), Connector = connector, Side = source.Side, OccurredAt = at, ReceivedAt = receivedAt, MessageId = messageId,
                });
            }
        }
    }

    /// <summary>The fact that a person is known under some keys. However often it is found out again, it is one fact.</summary>
    /// <param name="keys">The keys of one person.</param>
    /// <param name="source">The event that named them.</param>
    /// <param name="connector">The connector's name.</param>
    /// <param name="receivedAt">When the delivery came.</param>
    /// <param name="messageId">The id of the message that brought it.</param>
    public static IdentitiesLinked ToIdentities(IReadOnlyCollection<IdentityKey> keys, SourceEvent source, string connector, DateTimeOffset receivedAt, string? messageId)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new IdentitiesLinked
        {
            Keys = [.. keys],
            DedupeKey = $"identities|{string.Join('|', keys.Select(key => key.Canonical).Order(StringComparer.Ordinal))}",
            Connector = connector, Side = source.Side, OccurredAt = source.OccurredAt ?? receivedAt, ReceivedAt = receivedAt, MessageId = messageId,
        };
    }

    /// <summary>The record a person's event tells of. A deal's event is about the deal, whoever its people are.</summary>
    private static IdentityKey? AboutOf(SourceEvent source) => source is { DealId: null, People: [var record, ..] } ? record : null;

    /// <summary>A deal's own stage belongs to the deal, unless nobody can map it: then it is held like any other.</summary>
    private static bool ClaimsStage(SourceEvent source) =>
        source.Unmapped || (source is { Stage: not null, ToStageRaw: not null } && !ChangesDeal(source.Kind) && source.Kind != SourceEventKind.Activity);

    private static bool ChangesDeal(SourceEventKind kind) => kind is SourceEventKind.DealCreated or SourceEventKind.DealUpdated or SourceEventKind.DealStageChanged
        or SourceEventKind.DealWon or SourceEventKind.DealLost or SourceEventKind.DealDeleted or SourceEventKind.AssociationChanged;

    private static DealStatus? StatusOf(SourceEvent source) => source.Kind switch
    {
        SourceEventKind.DealWon => DealStatus.Won,
        SourceEventKind.DealLost => DealStatus.Lost,
        SourceEventKind.DealDeleted => DealStatus.Deleted,
        _ => source.DealStatus,
    };

    private static ConsentState? ConsentOf(SourceEventKind kind) => kind switch
    {
        SourceEventKind.ConsentSubscribed => ConsentState.OptedIn,
        SourceEventKind.ConsentUnsubscribed or SourceEventKind.ConsentBounced or SourceEventKind.ConsentComplained => ConsentState.OptedOut,
        _ => null,
    };
}

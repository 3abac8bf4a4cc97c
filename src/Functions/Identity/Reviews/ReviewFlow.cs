using System.Globalization;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Reviews;

/// <summary>What became of an answer to a review.</summary>
public abstract record ReviewOutcome
{
    private ReviewOutcome()
    {
    }

    /// <summary>It holds, and what waited for it is on its way.</summary>
    public sealed record Done : ReviewOutcome;

    /// <summary>There is no such question.</summary>
    public sealed record Unknown : ReviewOutcome;

    /// <summary>The question was answered otherwise before.</summary>
    /// <param name="Earlier">How.</param>
    public sealed record Answered(ReviewDecision Earlier) : ReviewOutcome;

    /// <summary>It is no answer to this question.</summary>
    /// <param name="Why">Why, and what would be right.</param>
    public sealed record Wrong(string Why) : ReviewOutcome;
}

/// <summary>
/// Asks a person whose an event is, and goes on with the answer: the deliveries that waited are queued again and meet the answer where they met the question. Everything may be repeated:
/// the answer is kept before anything follows from it.
/// </summary>
public sealed class ReviewFlow(ReviewStore reviews, JourneyFlow journeys, JourneyMerger merger, InboundQueue queue, FunnelTopic topic, NoticeStore notices, TimeProvider clock)
{
    private const string NoticeKey = "reviews";

    /// <summary>Keeps a delivery until a question about it is answered.</summary>
    public async Task HoldAsync(Review review, Delivery delivery, string messageId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(review);
        await reviews.KeepAsync(review.Id, delivery, messageId, cancellationToken);
        await TellOpsAsync(cancellationToken);

        // Answered, or settled by itself, since it was looked up: whoever did it may not have seen this delivery.
        if (await reviews.FindAsync(review.Id, cancellationToken) is not { Decision: null })
        {
            await ReleaseAsync(review.Id, cancellationToken);
        }
    }

    /// <summary>Keeps a handoff until a person has chosen one of the tool's records, or has said that there is to be a new one.</summary>
    /// <returns>The question as it stands: perhaps answered.</returns>
    public async Task<Review> HoldAsync(HandoffAnnounced handoff, string connector, ReviewReason reason, IReadOnlyList<IdentityKey> matches, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(handoff);
        var review = await reviews.AskAsync(
            new Review
            {
                Id = TableKey.Hash($"review|{connector}|{(reason == ReviewReason.SeveralMatches ? "handoff" : reason.ToString())}|{handoff.HandoffId}"),
                Reason = reason,
                Connector = connector,
                LeadId = handoff.LeadId,
                HandoffId = handoff.HandoffId,
                Team = handoff.Team,
                Matches = [.. matches],
                OpenedAt = clock.GetUtcNow(),
            },
            cancellationToken);
        await TellOpsAsync(cancellationToken);
        return review;
    }

    /// <summary>Answers a question. Answering again the same does what a crash may have left undone, and nothing else.</summary>
    public async Task<ReviewOutcome> AnswerAsync(string id, ReviewDecision decision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(decision);
        if (await reviews.FindAsync(id, cancellationToken) is not { } asked)
        {
            return new ReviewOutcome.Unknown();
        }

        if (ReviewRules.FaultOf(asked, decision) is { } fault)
        {
            return new ReviewOutcome.Wrong(fault);
        }

        var standing = await reviews.DecideAsync(id, decision, clock.GetUtcNow(), cancellationToken);
        if (standing?.Decision != decision)
        {
            return standing?.Decision is { } earlier ? new ReviewOutcome.Answered(earlier) : new ReviewOutcome.Unknown();
        }

        await (standing.HandoffId is null ? GoOnAsync(standing, cancellationToken) : HandOverAsync(standing, cancellationToken));
        await TellOpsAsync(cancellationToken);
        return new ReviewOutcome.Done();
    }

    /// <summary>Looks again at the open questions about some leads or records, of which news have come: what waits for them is queued again, and asked again where it is still not clear.</summary>
    public async Task ReviseAsync(IReadOnlyCollection<LeadId> leads, IReadOnlyCollection<IdentityKey> records, CancellationToken cancellationToken)
    {
        var open = await reviews.OpenAsync(cancellationToken);
        foreach (var review in open.Where(review => review.HandoffId is null && (review.Leads.Any(leads.Contains) || review.Records.Any(records.Contains))))
        {
            // Released before it is forgotten, for a crash in between; and after, for whatever came in between.
            await ReleaseAsync(review.Id, cancellationToken);
            await reviews.RemoveAsync(review.Id, cancellationToken);
            await ReleaseAsync(review.Id, cancellationToken);
        }

        if (open.Count > 0)
        {
            await TellOpsAsync(cancellationToken);
        }
    }

    /// <summary>Tells ops once while there are open questions.</summary>
    public async Task TellOpsAsync(CancellationToken cancellationToken)
    {
        if (await reviews.OpenAsync(cancellationToken) is [var oldest, ..])
        {
            await notices.OpenAsync(
                new OpsNotice(
                    NoticeKey,
                    "A person has to decide whose an event is",
                    [
                        string.Create(CultureInfo.InvariantCulture, $"Since {oldest.OpenedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC the hub cannot tell by itself whom some of what {oldest.Connector} says is about. Nothing of it is written until somebody decides."),
                        "GET /api/reviews lists what is open; POST /api/reviews/{id} answers with {\"choose\":\"…\"}, {\"merge\":true} or {\"separate\":true}.",
                    ]),
                cancellationToken);
            return;
        }

        await notices.CloseAsync(NoticeKey, cancellationToken);
    }

    private async Task GoOnAsync(Review review, CancellationToken cancellationToken)
    {
        if (review.Decision is { Merge: true })
        {
            var now = clock.GetUtcNow();
            foreach (var lead in review.Leads.Skip(1))
            {
                await merger.MergeAsync(review.Leads[0], lead, MergeCause.Of(review.Connector, ToolSide.Marketing, now, now, null, MergeCause.Review), cancellationToken);
            }
        }

        await ReleaseAsync(review.Id, cancellationToken);
    }

    /// <summary>Queued first, forgotten after: a crash in between queues it twice, which is once.</summary>
    private async Task ReleaseAsync(string reviewId, CancellationToken cancellationToken)
    {
        foreach (var kept in await reviews.KeptAsync(reviewId, cancellationToken))
        {
            kept.Message.MessageId = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");
            kept.Message.ApplicationProperties[MessageSettler.ReplayOfProperty] = kept.MessageId;
            await queue.Sender.SendMessageAsync(kept.Message, cancellationToken);
            await reviews.RemoveAsync(reviewId, kept, cancellationToken);
        }
    }

    /// <summary>The chosen record becomes the lead's, and the handoff is announced again.</summary>
    private async Task HandOverAsync(Review review, CancellationToken cancellationToken)
    {
        var (now, lead) = (clock.GetUtcNow(), review.LeadId!);
        if (review.Reason == ReviewReason.RecordsDeleted)
        {
            await AnnounceAgainAsync(review, now, cancellationToken);
            return;
        }

        var chosen = review.Matches.Single(match => match.Id == review.Decision!.Choose);
        var linked = new IdentitiesLinked
        {
            DedupeKey = $"hub|review|{review.Id}",
            Connector = review.Connector,
            Side = ToolSide.Crm,
            OccurredAt = review.DecidedAt ?? now,
            ReceivedAt = now,
            Raw = MergeCause.Review,
            Keys = [chosen],
        };
        if (await journeys.ApplyAsync(lead, [linked], cancellationToken) is not null)
        {
            await AnnounceAgainAsync(review, now, cancellationToken);
        }
    }

    private Task AnnounceAgainAsync(Review review, DateTimeOffset now, CancellationToken cancellationToken) =>
        topic.PublishAsync([new HandoffAnnounced { Id = $"{review.HandoffId}-{review.Id}", LeadId = review.LeadId!, At = now, Team = review.Team!, HandoffId = review.HandoffId! }], cancellationToken);
}

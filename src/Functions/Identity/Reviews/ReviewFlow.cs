using System.Globalization;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Functions.Platform.Notices;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;

namespace IntegrationHub.Functions.Identity.Reviews;

/// <summary>The result of answering a review.</summary>
internal abstract record ReviewOutcome
{
    private ReviewOutcome()
    {
    }

    /// <summary>It is stored, and what waited is queued.</summary>
    public sealed record Done : ReviewOutcome;

    /// <summary>The question does not exist.</summary>
    public sealed record Unknown : ReviewOutcome;

    /// <summary>The question has a different answer already.</summary>
    public sealed record Answered(ReviewDecision Earlier) : ReviewOutcome;

    /// <summary>The answer does not fit the question.</summary>
    /// <param name="Why">Why it is wrong, and which answers are valid.</param>
    public sealed record Wrong(string Why) : ReviewOutcome;
}

/// <summary>Asks a person who an event is about, and continues with the answer. The waiting deliveries are queued again
/// and find the answer. Everything is idempotent, because the answer is stored first.</summary>
internal sealed class ReviewFlow(
    ReviewStore reviews, JourneyFlow journeys, JourneyMerger merger, InboundQueue queue, FunnelTopic topic, NoticeStore notices,
    TimeProvider clock)
{
    private const string NoticeKey = "reviews";

    /// <summary>Stores a delivery until its question is answered.</summary>
    public async Task HoldAsync(Review review, Delivery delivery, string messageId, CancellationToken cancellationToken)
    {
        await reviews.ParkAsync(review.Id, delivery, messageId, cancellationToken);
        await NotifyOpsAsync(cancellationToken);

        // Answered or settled since it was looked up: that may have missed this delivery.
        if (await reviews.FindAsync(review.Id, cancellationToken) is not { Decision: null })
        {
            await ReleaseAsync(review.Id, cancellationToken);
        }
    }

    /// <summary>Stores a handoff until a person chooses one of the tool's records, or a new one.</summary>
    /// <returns>The stored question, which may have an answer.</returns>
    public async Task<Review> HoldAsync(
        HandoffAnnounced handoff, string connector, ReviewReason reason, IReadOnlyList<IdentityKey> matches,
        CancellationToken cancellationToken)
    {
        var review = await reviews.AskAsync(
            new Review
            {
                Id = TableKey.Hash(
                    $"review|{connector}|{(reason == ReviewReason.SeveralMatches ? "handoff" : reason.ToString())}|{handoff.HandoffId}"),
                Reason = reason,
                Connector = connector,
                LeadId = handoff.LeadId,
                HandoffId = handoff.HandoffId,
                Team = handoff.Team,
                Matches = [.. matches],
                OpenedAt = clock.GetUtcNow(),
            },
            cancellationToken);
        await NotifyOpsAsync(cancellationToken);
        return review;
    }

    /// <summary>Answers a question. The same answer again completes what a crash left undone.</summary>
    public async Task<ReviewOutcome> AnswerAsync(string id, ReviewDecision decision, CancellationToken cancellationToken)
    {
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

        await (standing.HandoffId is null ? ContinueAsync(standing, cancellationToken) : HandOverAsync(standing, cancellationToken));
        await NotifyOpsAsync(cancellationToken);
        return new ReviewOutcome.Done();
    }

    /// <summary>Checks the open questions about leads or records that changed. What waits for them is queued again, and
    /// asked again when it is still unclear.</summary>
    public async Task ReviseAsync(
        IReadOnlyCollection<LeadId> leads, IReadOnlyCollection<IdentityKey> records, CancellationToken cancellationToken)
    {
        var open = await reviews.OpenAboutAsync(leads, records, cancellationToken);
        foreach (var review in open.Where(review => review.HandoffId is null))
        {
            // Released before the removal in case of a crash, and after it for what arrived in between.
            await ReleaseAsync(review.Id, cancellationToken);
            await reviews.RemoveAsync(review.Id, cancellationToken);
            await ReleaseAsync(review.Id, cancellationToken);
        }

        if (open.Count > 0)
        {
            await NotifyOpsAsync(cancellationToken);
        }
    }

    /// <summary>Notifies ops once while questions are open.</summary>
    public async Task NotifyOpsAsync(CancellationToken cancellationToken)
    {
        if ((await reviews.OpenAsync(new(1), cancellationToken)).Items is [var oldest, ..])
        {
            await notices.OpenAsync(
                new OpsNotice(
                    NoticeKey,
                    "A person has to decide whom an event is about",
                    [
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"Since {oldest.OpenedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC the hub cannot decide whom some events "
                            + $"of {oldest.Connector} are about. Nothing of them is written until a person answers."),
                        "GET /api/reviews lists the open questions.",
                        """Answer with POST /api/reviews/{id} and {"choose":"…"}, {"merge":true} or {"separate":true}.""",
                    ]),
                cancellationToken);
            return;
        }

        await notices.CloseAsync(NoticeKey, cancellationToken);
    }

    private async Task ContinueAsync(Review review, CancellationToken cancellationToken)
    {
        if (review.Decision is { Merge: true })
        {
            var now = clock.GetUtcNow();
            foreach (var lead in review.Leads.Skip(1))
            {
                await merger.MergeAsync(
                    review.Leads[0], lead, MergeCause.Of(review.Connector, ToolSide.Marketing, now, now, null, MergeCause.Review),
                    cancellationToken);
            }
        }

        await ReleaseAsync(review.Id, cancellationToken);
    }

    /// <summary>Queues waiting deliveries, then removes them: a crash in between queues them
    /// twice, which is harmless.</summary>
    private async Task ReleaseAsync(string reviewId, CancellationToken cancellationToken)
    {
        foreach (var kept in await reviews.KeptAsync(reviewId, cancellationToken))
        {
            kept.Message.MessageId = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");
            kept.Message.ApplicationProperties[MessageSettler.ReplayOfProperty] = kept.MessageId;
            await queue.Sender.SendMessageAsync(kept.Message, cancellationToken);
            await reviews.RemoveAsync(kept, cancellationToken);
        }
    }

    /// <summary>Links the chosen record with the lead, and announces the handoff again.</summary>
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
        topic.PublishAsync(
            [
                new HandoffAnnounced
                {
                    Id = $"{review.HandoffId}-{review.Id}",
                    LeadId = review.LeadId!,
                    At = now,
                    Team = review.Team!,
                    HandoffId = review.HandoffId!,
                },
            ],
            cancellationToken);
}

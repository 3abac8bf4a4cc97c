using System.Text.Json;
using IntegrationHub.Functions.Journeys;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Identity.Reviews;

/// <summary>Lists and answers reviews.</summary>
public sealed class ReviewsFunction(ReviewStore reviews, ReviewFlow flow, JourneyFlow journeys, FunnelSettings settings)
{
    private static readonly JsonSerializerOptions Strict = new(HubJson.Options)
    { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    /// <summary>Lists the open reviews, oldest first.</summary>
    [Function("ListReviews")]
    [Needs(Permission.ReviewsDecide)]
    public async Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "reviews")] HttpRequest request, CancellationToken cancellationToken)
    {
        var views = new List<ReviewView>();
        foreach (var review in await reviews.OpenAsync(cancellationToken))
        {
            views.Add(await ViewAsync(review, cancellationToken));
        }

        return new OkObjectResult(views);
    }

    /// <summary>Answers a review: <c>{"choose":"…"}</c>, <c>{"merge":true}</c> or <c>{"separate":true}</c>.</summary>
    [Function("AnswerReview")]
    [Needs(Permission.ReviewsDecide)]
    public async Task<IActionResult> AnswerAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "reviews/{id}")] HttpRequest request, string id,
        CancellationToken cancellationToken)
    {
        if (await ReadAsync(request, cancellationToken) is not { } decision)
        {
            return Answers.Problem(
                StatusCodes.Status400BadRequest, "That is no answer.",
                """Answer with exactly one of {"choose":"…"}, {"merge":true} and {"separate":true}.""");
        }

        return await flow.AnswerAsync(id, decision, cancellationToken) switch
        {
            ReviewOutcome.Done => new NoContentResult(),
            ReviewOutcome.Unknown =>
                Answers.Problem(StatusCodes.Status404NotFound, "No such review.", "GET /api/reviews lists what is open."),
            ReviewOutcome.Answered answered =>
                Answers.Problem(
                    StatusCodes.Status409Conflict, "It was answered otherwise before.",
                    $"The answer that holds is {JsonSerializer.Serialize(answered.Earlier, HubJson.Options)}."),
            ReviewOutcome.Wrong wrong => Answers.Problem(StatusCodes.Status400BadRequest, "That is no answer to this review.", wrong.Why),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
    }

    private async Task<ReviewView> ViewAsync(Review review, CancellationToken cancellationToken)
    {
        var candidates = new List<CandidateView>();
        foreach (var lead in review.Leads)
        {
            candidates.Add(CandidateView.Of(lead, await journeys.LoadAsync(lead, cancellationToken), review, settings));
        }

        candidates.AddRange(review.Matches.Select(CandidateView.Of));
        var waiting = review.HandoffId is null ? (await reviews.KeptAsync(review.Id, cancellationToken)).Count : 0;
        return new(
            review.Id, review.Reason, review.Connector, [.. review.Records.Select(IdentityView.Of)], review.OpenedAt, waiting, candidates);
    }

    private static async Task<ReviewDecision?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<ReviewDecision>(request.Body, Strict, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

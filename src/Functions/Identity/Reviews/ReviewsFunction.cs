using System.Text.Json;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Http;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Identity.Reviews;

/// <summary>Lists and answers reviews.</summary>
internal sealed class ReviewsFunction(ReviewQuery reviews, ReviewFlow flow)
{
    private static readonly JsonSerializerOptions Strict = new(HubJson.Options)
    { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    /// <summary>Lists a page of the open reviews, oldest first.</summary>
    [Function("ListReviews")]
    [Needs(Permission.ReviewsDecide)]
    public async Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "reviews")] HttpRequest request, CancellationToken cancellationToken)
    {
        if (!PageAnswers.TryRead(request, out var page, out var fault))
        {
            return fault;
        }

        var open = await reviews.OpenAsync(page, cancellationToken);
        return PageAnswers.Of(request, open.Items, open.Next);
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
                StatusCodes.Status400BadRequest, "This is not a valid answer.",
                """Answer with exactly one of {"choose":"…"}, {"merge":true} and {"separate":true}.""");
        }

        return await flow.AnswerAsync(id, decision, cancellationToken) switch
        {
            ReviewOutcome.Done => new NoContentResult(),
            ReviewOutcome.Unknown =>
                Answers.Problem(StatusCodes.Status404NotFound, "No such review.", "GET /api/reviews lists what is open."),
            ReviewOutcome.Answered answered =>
                Answers.Problem(
                    StatusCodes.Status409Conflict, "The review has another answer already.",
                    $"The earlier answer, which stays, is {JsonSerializer.Serialize(answered.Earlier, HubJson.Options)}."),
            ReviewOutcome.Wrong wrong => Answers.Problem(
                StatusCodes.Status400BadRequest, "This is not a valid answer to this review.", wrong.Why),
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
    }

    private static async Task<ReviewDecision?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return JsonSerializer.Deserialize<ReviewDecision>(await BoundedBody.ReadAsync(request, cancellationToken), Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>What a call is answered, alone or as a part of a composite one.</summary>
internal sealed record SalesforceAnswer(int Status, JsonNode? Body)
{
    public IResult ToResult() => Body is null ? TypedResults.StatusCode(Status) : TypedResults.Json(Body, statusCode: Status);
}

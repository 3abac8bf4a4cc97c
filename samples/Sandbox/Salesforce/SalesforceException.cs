namespace IntegrationHub.Sandbox.Salesforce;

/// <summary>A call that Salesforce refuses.</summary>
internal sealed class SalesforceException(int status, string errorCode, string message, params string[] fields) : Exception(message)
{
    public int Status { get; } = status;

    public string ErrorCode { get; } = errorCode;

    public IReadOnlyList<string> Fields { get; } = fields;

    public static SalesforceException Malformed(string message) => new(400, "MALFORMED_QUERY", message);

    public static SalesforceException NotFound() => new(404, "NOT_FOUND", "The requested resource does not exist");
}

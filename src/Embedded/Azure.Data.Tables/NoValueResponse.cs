namespace Azure.Data.Tables;

/// <summary>The answer where there is no entity: a response, and no value.</summary>
internal sealed class NoValueResponse<T>(Response response) : NullableResponse<T>
{
    public override bool HasValue => false;

    public override T Value => throw new InvalidOperationException($"The response of status {response.Status} has no value; HasValue tells so beforehand.");

    public override Response GetRawResponse() => response;
}

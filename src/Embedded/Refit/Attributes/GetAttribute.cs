namespace Refit;

/// <summary>Sends GET.</summary>
/// <param name="path">The path, as <see cref="HttpMethodAttribute"/> says.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GetAttribute(string path) : HttpMethodAttribute(path)
{
    /// <inheritdoc/>
    public override HttpMethod Method => HttpMethod.Get;
}

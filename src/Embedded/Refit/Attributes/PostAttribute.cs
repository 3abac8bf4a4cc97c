namespace Refit;

/// <summary>Sends POST.</summary>
/// <param name="path">The path, as <see cref="HttpMethodAttribute"/> says.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostAttribute(string path) : HttpMethodAttribute(path)
{
    /// <inheritdoc/>
    public override HttpMethod Method => HttpMethod.Post;
}

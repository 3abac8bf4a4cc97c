namespace Refit;

/// <summary>Sends PATCH.</summary>
/// <param name="path">The path, as <see cref="HttpMethodAttribute"/> says.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PatchAttribute(string path) : HttpMethodAttribute(path)
{
    /// <inheritdoc/>
    public override HttpMethod Method => HttpMethod.Patch;
}

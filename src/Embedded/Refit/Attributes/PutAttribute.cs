namespace Refit;

/// <summary>Sends PUT.</summary>
/// <param name="path">The path, as <see cref="HttpMethodAttribute"/> says.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PutAttribute(string path) : HttpMethodAttribute(path)
{
    /// <inheritdoc/>
    public override HttpMethod Method => HttpMethod.Put;
}

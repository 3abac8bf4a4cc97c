namespace Refit;

/// <summary>Sends OPTIONS.</summary>
/// <param name="path">The path, as <see cref="HttpMethodAttribute"/> says.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OptionsAttribute(string path) : HttpMethodAttribute(path)
{
    /// <inheritdoc/>
    public override HttpMethod Method => HttpMethod.Options;
}

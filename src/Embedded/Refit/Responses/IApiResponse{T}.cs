using System.Diagnostics.CodeAnalysis;

namespace Refit;

/// <summary>What came of a request, with the answer's body as an object.</summary>
/// <typeparam name="T">The object's type.</typeparam>
public interface IApiResponse<out T> : IApiResponse
{
    /// <summary>Gets the body; the default where there is none or it was not readable.</summary>
    T? Content { get; }

    /// <summary>Gets whether there is a body.</summary>
    [MemberNotNullWhen(true, nameof(Content))]
    bool HasContent { get; }

    /// <summary>Gets whether the request was a success with a body.</summary>
    [MemberNotNullWhen(true, nameof(Content))]
    bool IsSuccessfulWithContent { get; }
}

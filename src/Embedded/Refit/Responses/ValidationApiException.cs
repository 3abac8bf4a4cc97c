using System.Text.Json;

namespace Refit;

/// <summary>A failed answer whose body is problem details (<c>application/problem+json</c>).</summary>
public class ValidationApiException : ApiException
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNameCaseInsensitive = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private ValidationApiException(ApiException exception, ProblemDetails? problem)
        : base(
            exception.Message,
            exception.RequestMessage,
            exception.HttpMethod,
            exception.Content,
            exception.StatusCode,
            exception.ReasonPhrase,
            exception.Headers,
            exception.RefitSettings,
            exception.InnerException)
    {
        ContentHeaders = exception.ContentHeaders;
        Content = problem;
    }

    /// <summary>Gets the problem details; null where the body is none after all. The text is in <see cref="ApiException.Content"/>.</summary>
    public new ProblemDetails? Content { get; }

    /// <summary>Makes it of the exception of an answer.</summary>
    /// <param name="exception">The exception; must have content.</param>
    /// <returns>The same with problem details.</returns>
    public static ValidationApiException Create(ApiException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (!exception.HasContent)
        {
            throw new ArgumentException("There is no content to make problem details of.", nameof(exception));
        }

        return new ValidationApiException(exception, Read(exception.Content));
    }

    private static ProblemDetails? Read(string content)
    {
        try
        {
            return JsonSerializer.Deserialize<ProblemDetails>(content, Options);
        }
        catch (JsonException)
        {
            // The answer failed anyway; the text stays to be looked at.
            return null;
        }
    }
}

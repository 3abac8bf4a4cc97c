namespace Refit;

/// <summary>Makes an <see cref="ApiException"/> of every answer outside 2xx.</summary>
/// <param name="refitSettings">The settings of the client.</param>
public class DefaultApiExceptionFactory(RefitSettings refitSettings)
{
    /// <summary>Looks at one answer.</summary>
    /// <param name="responseMessage">The answer, with its request.</param>
    /// <returns>The exception; null for a success.</returns>
    public async ValueTask<Exception?> CreateAsync(HttpResponseMessage responseMessage)
    {
        ArgumentNullException.ThrowIfNull(responseMessage);
        return responseMessage.IsSuccessStatusCode
            ? null
            : await ApiException.Create(responseMessage.RequestMessage!, responseMessage.RequestMessage!.Method, responseMessage, refitSettings);
    }
}

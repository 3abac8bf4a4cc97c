using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace IntegrationHub.Functions.Alerts.Pages;

/// <summary>The form that a person submitted; null for missing values.</summary>
internal sealed record AlertPageForm(string? Until, string? Reason)
{
    private const int LargestBody = 8 * 1024;

    /// <summary>Reads the form. Anything else, and a body that is too long, counts as an empty form.</summary>
    public static async Task<AlertPageForm> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType || request.ContentLength is null or > LargestBody)
        {
            return new(null, null);
        }

        try
        {
            var form = await new FormFeature(
                request, new FormOptions { ValueLengthLimit = LargestBody, ValueCountLimit = 8 }).ReadFormAsync(cancellationToken);
            return new(form["until"], form["reason"]);
        }
        catch (InvalidDataException)
        {
            return new(null, null);
        }
    }
}

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace IntegrationHub.Functions.Alerts.Pages;

/// <summary>What somebody entered on the page.</summary>
/// <param name="Until">The choice; null for none.</param>
/// <param name="Reason">Why; null for none.</param>
public sealed record AlertPageForm(string? Until, string? Reason)
{
    private const int LargestBody = 8 * 1024;

    /// <summary>Reads it. What is no form, or is far too long for one, counts as an empty one.</summary>
    public static async Task<AlertPageForm> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.HasFormContentType || request.ContentLength is null or > LargestBody)
        {
            return new(null, null);
        }

        try
        {
            var form = await new FormFeature(request, new FormOptions { ValueLengthLimit = LargestBody, ValueCountLimit = 8 }).ReadFormAsync(cancellationToken);
            return new(form["until"], form["reason"]);
        }
        catch (InvalidDataException)
        {
            return new(null, null);
        }
    }
}

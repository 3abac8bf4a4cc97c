using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;

namespace IntegrationHub.Functions.Platform.Http;

/// <summary>Lists by HTTP: <c>?top=</c> bounds a page, and the header <c>Link</c> names the next one.</summary>
internal static class PageAnswers
{
    private const string Top = "top", After = "after";
    private const int Usual = 100;

    /// <summary>Reads which page is wanted. On failure <paramref name="fault"/> is the answer.</summary>
    public static bool TryRead(
        HttpRequest request, [NotNullWhen(true)] out PageRequest? page, [NotNullWhen(false)] out IActionResult? fault)
    {
        var (top, after) = ((string?)request.Query[Top], (string?)request.Query[After]);
        var (most, from) = (Usual, (string?)null);
        var right = (string.IsNullOrEmpty(top) || int.TryParse(top, NumberStyles.None, CultureInfo.InvariantCulture, out most))
            && most is >= 1 and <= PageRequest.Most
            && (string.IsNullOrEmpty(after) || (from = Decode(after)) is not null);
        page = right ? new(most, from) : null;
        fault = right ? null : Answers.Problem(
            StatusCodes.Status400BadRequest, "Which page is meant is not clear.",
            $"top is a number from 1 to {PageRequest.Most}; take after as the header Link of the page before says.");
        return right;
    }

    /// <summary>Answers with a value, and names the next page.</summary>
    /// <param name="next">Where the next page begins; null after the last.</param>
    public static OkObjectResult Of(HttpRequest request, object value, string? next)
    {
        if (next is not null)
        {
            // The key of the caller does not belong into an answer.
            var query = new QueryBuilder(request.Query.Where(pair => pair.Key is not (After or "code")))
            { { After, Base64Url.EncodeToString(Encoding.UTF8.GetBytes(next)) } };
            request.HttpContext.Response.Headers.Link = $"<{request.Path}{query}>; rel=\"next\"";
        }

        return new(value);
    }

    private static string? Decode(string after)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(after));
        }
        catch (Exception invalid) when (invalid is FormatException or ArgumentException)
        {
            return null;
        }
    }
}

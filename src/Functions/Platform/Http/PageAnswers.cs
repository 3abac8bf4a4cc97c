using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Primitives;

namespace IntegrationHub.Functions.Platform.Http;

/// <summary>Lists by HTTP: <c>?top=</c> bounds a page, and the header <c>Link</c> names the next one.</summary>
internal static class PageAnswers
{
    private const string Top = "top", After = "after";
    private const int Usual = 100;

    /// <summary>Reads which page is wanted. On failure <paramref name="fault"/> is the answer.</summary>
    /// <param name="usual">The most rows when the request does not say.</param>
    public static bool TryRead(
        HttpRequest request, [NotNullWhen(true)] out PageRequest? page, [NotNullWhen(false)] out IActionResult? fault,
        int usual = Usual)
    {
        var (top, after) = ((string?)request.Query[Top], (string?)request.Query[After]);
        var (most, from) = (usual, (string?)null);
        var right = (string.IsNullOrEmpty(top) || int.TryParse(top, NumberStyles.None, CultureInfo.InvariantCulture, out most))
            && most is >= 1 and <= PageRequest.Most
            && (string.IsNullOrEmpty(after) || (from = Decode(after)) is not null);
        page = right ? new(most, from) : null;
        fault = right ? null : Unclear();
        return right;
    }

    /// <summary>Answers a question for a page that is not one.</summary>
    public static ObjectResult Unclear() => Answers.Problem(
        StatusCodes.Status400BadRequest, "The request does not say which page it is about.",
        $"The value of top must be a number from 1 to {PageRequest.Most}. Take that of after from the header Link of the previous page.");

    /// <summary>Answers with a value, and names the next page.</summary>
    /// <param name="next">Where the next page begins; null after the last.</param>
    public static OkObjectResult Of(HttpRequest request, object value, string? next)
    {
        // The key of the caller does not belong into an answer.
        Link(request, request.Path, request.Query.Where(pair => pair.Key is not (After or "code")), next);
        return new(value);
    }

    /// <summary>Answers with a value, and names the next page at another path, without the request's question.</summary>
    public static OkObjectResult At(string path, HttpRequest request, object value, string? next)
    {
        Link(request, path, request.Query.Where(pair => pair.Key == Top), next);
        return new(value);
    }

    private static void Link(HttpRequest request, string path, IEnumerable<KeyValuePair<string, StringValues>> query, string? next)
    {
        if (next is not null)
        {
            var all = new QueryBuilder(query) { { After, Base64Url.EncodeToString(Encoding.UTF8.GetBytes(next)) } };
            request.HttpContext.Response.Headers.Link = $"<{path}{all}>; rel=\"next\"";
        }
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

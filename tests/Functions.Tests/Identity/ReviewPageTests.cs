using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using IntegrationHub.Functions.Identity.Reviews;
using IntegrationHub.Funnel;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Identity;

/// <summary>Long lists come in pages.</summary>
public sealed partial class ReviewPageTests(Azurite azurite) : IAsyncLifetime
{
    private const int Open = 5;

    private readonly StillTimeProvider _clock = new(Monday);
    private TestHub _hub = null!;
    private HttpClient _http = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.CreateAsync(azurite, _clock, [], $"--Hub:TablePrefix={azurite.PrefixOfTest()}pages");
        await _hub.StartAsync();
        _http = new() { BaseAddress = _hub.Url, DefaultRequestHeaders = { { "x-functions-key", TestHub.Key } } };
        for (var number = Open; number > 0; number--)
        {
            await _hub.Get<ReviewStore>().AskAsync(
                new() { Id = $"{number}", Reason = ReviewReason.SeveralLeads, Connector = "hubspot", Leads = [Id("one"), Id("two")], OpenedAt = Monday.AddMinutes(number) }, Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task The_header_Link_leads_through_all_reviews_oldest_first_and_ends()
    {
        var (pages, path) = (new List<string[]>(), "/api/reviews?top=2&code=secret");
        while (path is not null)
        {
            var (ids, next) = await PageAsync(path);
            pages.Add(ids);
            path = next;
            Assert.DoesNotContain("secret", next ?? "", StringComparison.Ordinal);
        }

        Assert.Equal(["1", "2", "3", "4", "5"], pages.SelectMany(ids => ids));
        Assert.All(pages, ids => Assert.InRange(ids.Length, 0, 2));
    }

    [Theory]
    [InlineData("top=0", HttpStatusCode.BadRequest)]
    [InlineData("top=1", HttpStatusCode.OK)]
    [InlineData("top=1000", HttpStatusCode.OK)]
    [InlineData("top=1001", HttpStatusCode.BadRequest)]
    [InlineData("top=many", HttpStatusCode.BadRequest)]
    [InlineData("after=%C3%A4", HttpStatusCode.BadRequest)]
    public async Task A_page_that_cannot_be_meant_is_refused(string query, HttpStatusCode status)
    {
        foreach (var list in new[] { "reviews", "returns", "unmapped", "deadletters" })
        {
            using var answer = await _http.GetAsync(new Uri($"/api/{list}?entity=inbound&{query}", UriKind.Relative), Token);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    private async Task<(string[] Ids, string? Next)> PageAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), Token);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token));
        var link = answer.Headers.TryGetValues("Link", out var links) ? links.Single() : null;
        return (
            [.. document.RootElement.EnumerateArray().Select(review => review.GetProperty("id").GetString()!)],
            link is null ? null : Next().Match(link).Groups[1].Value);
    }

    [GeneratedRegex("^<([^>]+)>; rel=\"next\"$")]
    private static partial Regex Next();
}

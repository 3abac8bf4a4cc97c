using System.Runtime.CompilerServices;

namespace Azure.Data.Tables;

/// <summary>The pages of a query, each asked for when it is wanted.</summary>
/// <param name="fetch">Asks for one page: after a token, null for the first, of a size at most, null for the service's own.</param>
/// <param name="size">The size that a caller of the query wished for.</param>
/// <param name="cancellationToken">Ends the requests.</param>
internal sealed class Pages<T>(Func<string?, int?, CancellationToken, Task<Page<T>>> fetch, int? size, CancellationToken cancellationToken) : AsyncPageable<T>(cancellationToken)
    where T : notnull
{
    public override IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null) => Read(continuationToken, pageSizeHint ?? size, default);

    private async IAsyncEnumerable<Page<T>> Read(string? token, int? pageSize, [EnumeratorCancellation] CancellationToken enumeration)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken, enumeration);
        do
        {
            var page = await fetch(token, pageSize, both.Token);
            yield return page;
            token = page.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(token));
    }
}

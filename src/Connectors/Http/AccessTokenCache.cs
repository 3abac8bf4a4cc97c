namespace IntegrationHub.Connectors.Http;

/// <summary>Caches a connector's token until shortly before it expires. Concurrent callers share one fetch. A vendor
/// that refused the credentials is not asked again for a while.</summary>
/// <param name="fetch">Fetches a token through <see cref="VendorCalls"/>, within its own time limits.</param>
public sealed class AccessTokenCache(string connector, Func<CancellationToken, Task<AccessToken>> fetch, TimeProvider clock)
{
    /// <summary>A token is unused for this long before it expires, or for a tenth of its
    /// lifetime when that is less.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    /// <summary>How long the cache waits after refused credentials.</summary>
    public static readonly TimeSpan CoolDown = TimeSpan.FromMinutes(1);

    /// <summary>The youngest age at which a token is invalidated. A fresh token that is
    /// refused is not the cause.</summary>
    public static readonly TimeSpan MinimumAge = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private Kept? _kept;
    private Refusal? _refusal;
    private Task<string>? _flight;

    /// <summary>Returns a valid token.</summary>
    /// <param name="cancellationToken">Stops the wait, not the fetch, which other callers share.</param>
    /// <exception cref="ConnectorNeedsAuthorizationException">The vendor refused the credentials within
    /// <see cref="CoolDown"/>.</exception>
    /// <exception cref="VendorUnavailableException">The vendor does not answer.</exception>
    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        Task<string> flight;
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            if (_kept is { } kept && now < kept.UseUntil)
            {
                return kept.Value;
            }

            if (_refusal is { } refusal && now < refusal.Until)
            {
                throw new ConnectorNeedsAuthorizationException(connector, refusal.ErrorCode);
            }

            // CancellationToken.None on purpose: the first caller may leave while others wait.
            flight = _flight ??= Task.Run(FetchAsync, CancellationToken.None);
        }

        return await flight.WaitAsync(cancellationToken);
    }

    /// <summary>Drops a token that the vendor refused. A no-op when it is no longer cached or younger than
    /// <see cref="MinimumAge"/>.</summary>
    public void Invalidate(string token)
    {
        lock (_lock)
        {
            if (_kept is { } kept && kept.Value == token && clock.GetUtcNow() - kept.FetchedAt >= MinimumAge)
            {
                _kept = null;
            }
        }
    }

    private async Task<string> FetchAsync()
    {
        var now = clock.GetUtcNow();
        try
        {
            var token = await fetch(CancellationToken.None);
            var useUntil = token.ExpiresIn is { } life ? now + life - (life / 10 < Margin ? life / 10 : Margin) : DateTimeOffset.MaxValue;
            Land(new Kept(token.Value, now, useUntil), null);
            return token.Value;
        }
        catch (VendorRefusedException refused)
        {
            Land(null, new Refusal(clock.GetUtcNow() + CoolDown, refused.ErrorCode));
            throw new ConnectorNeedsAuthorizationException(connector, refused.ErrorCode);
        }
        catch (ConnectorNeedsAuthorizationException refused)
        {
            Land(null, new Refusal(clock.GetUtcNow() + CoolDown, refused.ErrorCode));
            throw;
        }
        catch
        {
            Land(null, null);
            throw;
        }
    }

    private void Land(Kept? kept, Refusal? refusal)
    {
        lock (_lock)
        {
            (_kept, _refusal, _flight) = (kept, refusal, null);
        }
    }

    private sealed record Kept(string Value, DateTimeOffset FetchedAt, DateTimeOffset UseUntil);

    private sealed record Refusal(DateTimeOffset Until, string? ErrorCode);
}

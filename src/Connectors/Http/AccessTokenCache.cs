namespace IntegrationHub.Connectors.Http;

/// <summary>
/// Keeps a connector's token until shortly before it expires. Whoever needs one while one is being fetched waits for that one, and a vendor
/// that has refused the credentials is not asked again for a while.
/// </summary>
/// <param name="connector">The connector's name.</param>
/// <param name="fetch">Asks the vendor for a token, through <see cref="VendorCalls"/> and within time limits of its own.</param>
/// <param name="clock">Measures the token's age.</param>
public sealed class AccessTokenCache(string connector, Func<CancellationToken, Task<AccessToken>> fetch, TimeProvider clock)
{
    /// <summary>How long before its expiry a token is no longer used; a tenth of its life where that is less.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    /// <summary>How long a vendor that has refused the credentials is left alone.</summary>
    public static readonly TimeSpan CoolDown = TimeSpan.FromMinutes(1);

    /// <summary>How old a token must be to be given up: one refused younger is not the reason, and a new one would be refused too.</summary>
    public static readonly TimeSpan MinimumAge = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private Kept? _kept;
    private Refusal? _refusal;
    private Task<string>? _flight;

    /// <summary>Gets a token that holds.</summary>
    /// <param name="cancellationToken">Stops the waiting, not the fetching: others may wait for it too.</param>
    /// <returns>The token's secret.</returns>
    /// <exception cref="ConnectorNeedsAuthorizationException">The vendor refuses the credentials, or has done so less than <see cref="CoolDown"/> ago.</exception>
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

            // CancellationToken.None on purpose: the one who asked first may leave, the others still wait.
            flight = _flight ??= Task.Run(FetchAsync, CancellationToken.None);
        }

        return await flight.WaitAsync(cancellationToken);
    }

    /// <summary>Gives a token up that the vendor has refused, so that the next who asks gets a new one. One that is not kept any more, or younger than <see cref="MinimumAge"/>, changes nothing.</summary>
    /// <param name="token">The token's secret.</param>
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

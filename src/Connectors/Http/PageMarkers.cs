using System.Net;

namespace IntegrationHub.Connectors.Http;

/// <summary>Follows a vendor's page markers to a certain end, because a marker that comes again would lead in a circle.</summary>
/// <param name="call">The call that is repeated: method and path without query.</param>
internal sealed class PageMarkers(string connector, string call)
{
    /// <summary>The most pages of one answer.</summary>
    public const int Most = 1_000;

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Returns the marker of a further page.</summary>
    /// <exception cref="VendorRefusedException">The marker came before, or there are too many.</exception>
    public string Follow(string marker) =>
        !_seen.Add(marker) ? throw new VendorRefusedException(connector, call, HttpStatusCode.OK, "PAGE_MARKER_REPEATED")
        : _seen.Count >= Most ? throw new VendorRefusedException(connector, call, HttpStatusCode.OK, "TOO_MANY_PAGES")
        : marker;
}

namespace IntegrationHub.Sandbox;

/// <summary>Which vendor a path belongs to.</summary>
internal static class VendorPath
{
    public const string HubSpot = "hubspot";
    public const string Marketo = "marketo";
    public const string Salesforce = "salesforce";
    public const string Pipedrive = "pipedrive";
    public const string Dynamics = "dynamics";

    /// <summary>Gets all vendors.</summary>
    public static readonly string[] All = [HubSpot, Marketo, Salesforce, Pipedrive, Dynamics];

    /// <summary>
    /// The vendor, and the path as the vendor's documentation writes it; null for the sandbox's own pages.
    /// </summary>
    public static string? VendorOf(PathString path, out string rest)
    {
        foreach (var vendor in All)
        {
            if (path.StartsWithSegments("/" + vendor, StringComparison.OrdinalIgnoreCase, out var remaining))
            {
                rest = remaining.Value ?? "";
                return vendor;
            }
        }

        rest = path.Value ?? "";
        return null;
    }

    /// <summary>
    /// A client that joins a base address and an absolute path loses the vendor's prefix, which the real hosts do not
    /// have (Salesforce's <c>nextRecordsUrl</c> is such a path). The paths do not overlap, so the vendor is plain.
    /// </summary>
    public static PathString WithVendor(PathString path) =>
        path.StartsWithSegments("/services") ? $"/{Salesforce}{path}"
        : path.StartsWithSegments("/api/data") ? $"/{Dynamics}{path}"
        : path.StartsWithSegments("/api/v1") || path.StartsWithSegments("/api/v2") ? $"/{Pipedrive}{path}"
        : path.StartsWithSegments("/rest") || path.StartsWithSegments("/identity") ? $"/{Marketo}{path}"
        : path.StartsWithSegments("/crm") || path.StartsWithSegments("/oauth") ? $"/{HubSpot}{path}"
        : path;
}

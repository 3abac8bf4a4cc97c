using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions.Archive;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Functions.Platform.Storage;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.Cli.Rehearsing;

/// <summary>
/// The deliveries of a hub's archive within a time. The environment has the settings of the archive's hub:
/// <c>AzureWebJobsStorage</c>, or its <c>__blobServiceUri</c> and <c>__tableServiceUri</c> for whoever is signed in,
/// <c>Archive__Keys</c>, and <c>Hub__TablePrefix</c> where it has one.
/// </summary>
internal sealed class ArchiveRange
{
    private readonly ArchiveStore _archive;
    private readonly DateTimeOffset _from;
    private readonly DateTimeOffset _to;

    private ArchiveRange(ArchiveStore archive, DateTimeOffset from, DateTimeOffset to) => (_archive, _from, _to) = (archive, from, to);

    /// <summary>Opens the archive of the environment's hub.</summary>
    /// <param name="from">The first time of receipt, inclusive.</param>
    /// <param name="to">The last time of receipt, exclusive.</param>
    /// <exception cref="InvalidSettingsException">The environment lacks a setting; it lists all.</exception>
    public static ArchiveRange Open(IConfiguration environment, DateTimeOffset from, DateTimeOffset to)
    {
        var reader = new SettingsReader(environment);
        var options = ArchiveSettingsReader.Read(reader);
        if (reader.Text("AzureWebJobsStorage") is null
            && (reader.Text("AzureWebJobsStorage:blobServiceUri") is null || reader.Text("AzureWebJobsStorage:tableServiceUri") is null))
        {
            reader.Fault("AzureWebJobsStorage", "the storage of the hub, as a connection string or by blobServiceUri and tableServiceUri",
                "AzureWebJobsStorage__blobServiceUri=https://sthub.blob.core.windows.net");
        }

        reader.ThrowIfFaulty();
        var hub = new HubOptions { PublicUrl = new("http://localhost"), TablePrefix = reader.Text("Hub:TablePrefix") ?? "" };
        var (tables, blobs) = Clients(reader);
        return new(new(new HubBlobs(blobs, hub), new(new HubTables(tables, hub), new(options))), from, to);
    }

    /// <summary>Parses a range, for example <c>2026-11-01T08:00Z..2026-11-03T08:00Z</c>.</summary>
    public static bool TryParse(string text, out (DateTimeOffset From, DateTimeOffset To) range)
    {
        range = default;
        return text.Split("..") is [var from, var to] && TryTime(from, out range.From) && TryTime(to, out range.To)
            && range.From < range.To;
    }

    /// <summary>Reads the deliveries in order of receipt.</summary>
    public async IAsyncEnumerable<ArchivedDelivery> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var day = _from.UtcDateTime.Date; day < _to.UtcDateTime; day = day.AddDays(1))
        {
            string? marker = null;
            do
            {
                (var names, marker) = await _archive.ListAsync(ArchiveName.DayOf(new(day, TimeSpan.Zero)), marker, cancellationToken);
                foreach (var name in names.Where(name => name.ReceivedAt >= _from && name.ReceivedAt < _to))
                {
                    if (await _archive.ReadAsync(name, cancellationToken) is { } delivery)
                    {
                        yield return delivery;
                    }
                }
            }
            while (marker is not null);
        }
    }

    private static (TableServiceClient Tables, BlobServiceClient Blobs) Clients(SettingsReader reader)
    {
        if (reader.Text("AzureWebJobsStorage") is { } connection)
        {
            return (new(connection), new(connection));
        }

        var signedIn = new DefaultAzureCredential();
        return (
            new(new Uri(reader.Text("AzureWebJobsStorage:tableServiceUri")!), signedIn),
            new(new Uri(reader.Text("AzureWebJobsStorage:blobServiceUri")!), signedIn));
    }

    private static bool TryTime(string text, [NotNullWhen(true)] out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
}

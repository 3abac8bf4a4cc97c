using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using IntegrationHub.Functions.Platform.Storage;

namespace IntegrationHub.Functions.Archive;

/// <summary>The name of an archived delivery. Names sort by the time of receipt.</summary>
/// <param name="Day">The day of receipt in UTC, <c>yyyyMMdd</c>.</param>
/// <param name="Rest">Time of receipt, connector and message, unique within the day.</param>
internal sealed record ArchiveName(string Day, string Rest)
{
    private const string DayFormat = "yyyyMMdd", TimeFormat = "HHmmssfffffff";

    /// <summary>Separates the number of a delivery that was written again.</summary>
    private const char Rewrite = '.';

    /// <summary>Gets the blob's name.</summary>
    public string Blob => $"{Day}/{Rest}";

    /// <summary>Gets the connector. Its name may hold hyphens.</summary>
    public string Connector => Rest[(TimeFormat.Length + 1)..Rest.LastIndexOf('-')];

    /// <summary>Gets the time of receipt, in UTC.</summary>
    public DateTimeOffset ReceivedAt => DateTimeOffset.ParseExact(
        Day + Rest[..TimeFormat.Length], DayFormat + TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>Gets the name for what remains after an erasure.</summary>
    public ArchiveName Next
    {
        get
        {
            var at = Rest.LastIndexOf(Rewrite);
            return at < 0
                ? this with { Rest = $"{Rest}{Rewrite}1" }
                : this with
                {
                    Rest = string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Rest[..at]}{Rewrite}{int.Parse(Rest[(at + 1)..], CultureInfo.InvariantCulture) + 1}"),
                };
        }
    }

    /// <summary>Returns the name of a message's delivery, the same for each attempt.</summary>
    public static ArchiveName Of(string connector, DateTimeOffset receivedAt, string messageId)
    {
        var utc = receivedAt.UtcDateTime;
        var time = utc.ToString(TimeFormat, CultureInfo.InvariantCulture);
        return new(DayOf(receivedAt), $"{time}-{connector}-{TableKey.Hash(messageId)}");
    }

    /// <summary>Returns the day of a time.</summary>
    public static string DayOf(DateTimeOffset time) => time.UtcDateTime.ToString(DayFormat, CultureInfo.InvariantCulture);

    /// <summary>Reads a blob's name. Returns false for a blob of others.</summary>
    public static bool TryParse(string blob, [NotNullWhen(true)] out ArchiveName? name)
    {
        name = blob.Split('/') is [{ Length: 8 } day, var rest] && rest.Length > TimeFormat.Length + 1
            && rest.LastIndexOf('-') > TimeFormat.Length ? new(day, rest) : null;
        return name is not null;
    }
}

using System.Data.Common;

namespace Azure.Messaging.ServiceBus.Embedded;

/// <summary>What an embedded connection string says: <c>Endpoint=sb://embedded/;DataDirectory=…;Topology=…</c>.</summary>
internal sealed record EmbeddedConnection(string Host, string DataDirectory, string Topology)
{
    public static EmbeddedConnection Parse(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        DbConnectionStringBuilder fields;
        try
        {
            fields = new() { ConnectionString = connectionString };
        }
        catch (ArgumentException e)
        {
            throw new FormatException("The Service Bus connection string is not a list of key=value pairs separated by ';'.", e);
        }

        var endpoint = Field(fields, "Endpoint");
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme != "sb")
        {
            throw new FormatException($"The Service Bus connection string's Endpoint is '{endpoint}'; it has to be like sb://embedded/.");
        }

        return uri.Host == "embedded"
            ? new(uri.Host, Path.GetFullPath(Field(fields, "DataDirectory")), Path.GetFullPath(Field(fields, "Topology")))
            : throw new NotSupportedException(
                $"The embedded platform has no way to {uri.Host}. Use Endpoint=sb://embedded/;DataDirectory=…;Topology=…, or build with -p:HubPlatform=Azure.");
    }

    private static string Field(DbConnectionStringBuilder fields, string name) => fields.TryGetValue(name, out var value) && value is string { Length: > 0 } text
        ? text
        : throw new FormatException($"The Service Bus connection string lacks {name}; it has to be like Endpoint=sb://embedded/;DataDirectory=…;Topology=….");
}

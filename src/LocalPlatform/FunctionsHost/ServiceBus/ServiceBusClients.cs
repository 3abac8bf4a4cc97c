using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using IntegrationHub.LocalPlatform.FunctionsHost.Settings;

namespace IntegrationHub.LocalPlatform.FunctionsHost.ServiceBus;

/// <summary>One client for each connection that triggers name.</summary>
internal sealed class ServiceBusClients(AppSettings settings) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ServiceBusClient> _clients = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns what is wrong with the connection of a function; null when nothing is.</summary>
    public string? FaultOf(string function, string connection)
    {
        if (Find(connection) is not { } text)
        {
            return settings.IsSet(connection)
                ? $"{connection}: must be a connection string. Function {function} needs it, and the local host has no managed identity."
                : $"{connection}: is missing. Function {function} needs this setting, a Service Bus connection string.";
        }

        try
        {
            ServiceBusConnectionStringProperties.Parse(text);
            return null;
        }
        catch (FormatException e)
        {
            return $"{connection}: is not a valid Service Bus connection string. {e.Message}";
        }
    }

    /// <summary>Returns the client of a connection.</summary>
    public ServiceBusClient Get(string connection) => _clients.GetOrAdd(connection, name => new(Find(name)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            await client.DisposeAsync();
        }
    }

    /// <summary>As on the real host, the prefix AzureWebJobs may be left out.</summary>
    private string? Find(string connection) => settings[$"AzureWebJobs{connection}"] ?? settings[connection];
}

using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The host's own clients, one for each connection that triggers name.</summary>
internal sealed class BusConnections(IConfiguration settings) : IAsyncDisposable, IDisposable
{
    private readonly Dictionary<string, ServiceBusClient> _clients = [];

    /// <summary>Gets the client of a function's connection.</summary>
    /// <exception cref="InvalidOperationException">The settings do not say where the bus is.</exception>
    public ServiceBusClient For(Function function, ServiceBusTriggerAttribute trigger)
    {
        var name = trigger.Connection ?? "AzureWebJobsServiceBus";
        if (!_clients.TryGetValue(name, out var client))
        {
            var connection = new[] { name, "AzureWebJobs" + name }.Select(each => settings[each]).FirstOrDefault(each => !string.IsNullOrEmpty(each));
            _clients[name] = client = connection is not null ? new(connection) : throw new InvalidOperationException(Missing(function, name));
        }

        return client;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            await client.DisposeAsync();
        }

        _clients.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private string Missing(Function function, string name) =>
        settings[$"{name}:fullyQualifiedNamespace"] is { } bus
            ? $"Function {function.Name}: {name}__fullyQualifiedNamespace names {bus}, which only a build with -p:HubPlatform=Azure can reach."
            : $"Function {function.Name} needs the setting {name}: a connection string of the bus.";
}

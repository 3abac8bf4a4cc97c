using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>A vendor of the catalog.</summary>
/// <param name="Name">The name in <c>Connectors:{name}:Type</c>.</param>
/// <param name="Connector">The connector's class, whose interfaces say what it can do.</param>
/// <param name="Register">Reads a connector's settings, adds their faults, and registers its services.</param>
internal sealed record ConnectorType(string Name, Type Connector, Action<ConnectorSettings, IServiceCollection> Register)
{
    /// <summary>Gets what tells the class of a connector whose settings decide what it can do; null when it is always
    /// <see cref="Connector"/>.</summary>
    public Func<SettingsReader, Type>? ClassOf { get; init; }
}

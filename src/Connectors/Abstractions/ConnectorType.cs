using IntegrationHub.Connectors.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Abstractions;

/// <summary>One vendor of the catalog.</summary>
/// <param name="Name">The name in <c>Connectors:{name}:Type</c>.</param>
/// <param name="Connector">The class of its instances: the interfaces it has say what they can do.</param>
/// <param name="Register">Reads an instance's settings, tells their faults, and registers what the instance needs together with its <see cref="IConnector"/>.</param>
internal sealed record ConnectorType(string Name, Type Connector, Action<ConnectorSettings, IServiceCollection> Register);

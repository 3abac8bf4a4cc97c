using IntegrationHub.Embedded.Tests;

namespace IntegrationHub.Functions.Tests;

/// <summary>The tests that need tables and mail: they run one after another and share both.</summary>
[CollectionDefinition(nameof(RealParts))]
public sealed class RealParts : ICollectionFixture<Azurite>, ICollectionFixture<Maildev>;

using IntegrationHub.Embedded.Tests;

namespace IntegrationHub.Functions.Tests.Identity;

/// <summary>Tests with a table store of their own: what they leave behind would fall due in the sweeps of others.</summary>
[CollectionDefinition(nameof(OwnTables), DisableParallelization = true)]
public sealed class OwnTables : ICollectionFixture<Azurite>;

using IntegrationHub.Embedded.Tests;

namespace IntegrationHub.Functions.Tests.Identity;

/// <summary>Tests that run when no others do, with a table store of their own: what they leave behind would fall due in the sweeps of others, and what others do would be counted by them.</summary>
[CollectionDefinition(nameof(OwnTables), DisableParallelization = true)]
public sealed class OwnTables : ICollectionFixture<Azurite>;

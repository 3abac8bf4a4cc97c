namespace IntegrationHub.EndToEnd.Support;

/// <summary>One world for all classes that need no settings of their own. Their tests run one after the other, each with people of its own.</summary>
[CollectionDefinition]
public sealed class SharedWorld : ICollectionFixture<World>;

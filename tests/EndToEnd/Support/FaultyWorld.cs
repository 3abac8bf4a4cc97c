namespace IntegrationHub.EndToEnd.Support;

/// <summary>One world for the classes that make its parts and tools fail, and take that back.</summary>
[CollectionDefinition]
public sealed class FaultyWorld : ICollectionFixture<World>;

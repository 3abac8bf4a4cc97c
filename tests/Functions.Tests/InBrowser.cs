using IntegrationHub.Tests.Support.Browsers;

namespace IntegrationHub.Functions.Tests;

/// <summary>The classes that look at pages: one browser serves them, one page after the other.</summary>
[CollectionDefinition]
public sealed class InBrowser : ICollectionFixture<Browser>;

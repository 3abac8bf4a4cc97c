namespace IntegrationHub.Demo;

/// <summary>
/// The story cannot begin: something did not build or start. The message says what and where to look.
/// </summary>
internal sealed class StartFailedException(string message) : Exception(message);

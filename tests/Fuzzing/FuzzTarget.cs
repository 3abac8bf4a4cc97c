namespace IntegrationHub.Fuzzing;

/// <summary>A parser of bytes from outside.</summary>
/// <param name="Name">Its name, for the command.</param>
/// <param name="Seeds">Inputs that are right.</param>
/// <param name="Read">Reads an input; it may throw only what its callers expect of an input that is wrong.</param>
/// <param name="Expects">Whether the parser's callers expect an exception.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, Action<byte[]> Read, Func<Exception, bool> Expects);

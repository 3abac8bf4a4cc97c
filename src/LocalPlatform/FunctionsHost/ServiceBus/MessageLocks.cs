using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace IntegrationHub.LocalPlatform.FunctionsHost.ServiceBus;

/// <summary>The messages that functions hold now, by lock token.</summary>
internal sealed class MessageLocks
{
    private readonly ConcurrentDictionary<string, HeldMessage> _held = new();

    /// <summary>Lets functions settle a message.</summary>
    public void Add(HeldMessage message) => _held[message.Message.LockToken] = message;

    /// <summary>Stops functions from settling a message.</summary>
    public void Remove(HeldMessage message) => _held.TryRemove(message.Message.LockToken, out _);

    /// <summary>Finds a message that a function holds.</summary>
    public bool TryFind(string lockToken, [NotNullWhen(true)] out HeldMessage? message) => _held.TryGetValue(lockToken, out message);
}

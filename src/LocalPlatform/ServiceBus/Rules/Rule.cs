using IntegrationHub.LocalPlatform.ServiceBus.Messages;

namespace IntegrationHub.LocalPlatform.ServiceBus.Rules;

/// <summary>A rule of a subscription: which messages it takes and, with an action, how their copy is changed.</summary>
internal sealed record Rule(string Name, IMessageFilter Filter, SqlAction? Action)
{
    /// <summary>The name of the rule that a subscription has when nothing else was said.</summary>
    public const string DefaultName = "$Default";

    /// <summary>Gets the rule that takes every message.</summary>
    public static Rule TakeAll { get; } = new(DefaultName, SqlFilter.Parse(SqlFilter.TrueText), null);

    public bool Matches(MessageFields message) => Filter.Matches(message);
}

namespace IntegrationHub.Functions.Platform.Outward;

/// <summary>The kinds of effects outwards that are counted.</summary>
public enum OutwardKind
{
    /// <summary>Handoffs delivered to a tool.</summary>
    Tasks,

    /// <summary>Values and notes written to a tool.</summary>
    Writes,

    /// <summary>Alerts in mails to teams and managers.</summary>
    Alerts,
}

/// <summary>Effects that share a limit: those of one kind to one connector.</summary>
/// <param name="Connector">The connector; <c>mail</c> for alerts.</param>
internal sealed record OutwardChannel(string Connector, OutwardKind Kind)
{
    /// <summary>Alerts by mail.</summary>
    public static readonly OutwardChannel Mail = new("mail", OutwardKind.Alerts);

    /// <summary>Parses the result of <see cref="ToString"/>; returns null for anything else.</summary>
    public static OutwardChannel? Parse(string? text) =>
        text?.Split('/', 2) is [var kind, var connector] && Enum.TryParse<OutwardKind>(kind, ignoreCase: true, out var known)
            ? new(connector, known) : null;

    /// <summary>Returns kind and connector, such as <c>tasks/salesforce</c>.</summary>
    public override string ToString() => $"{Words}/{Connector}";

    /// <summary>Gets the kind in words.</summary>
    public string Words => Kind.ToString().ToLowerInvariant();
}

using IntegrationHub.LocalPlatform.ServiceBus.Engine;

namespace IntegrationHub.LocalPlatform.ServiceBus.Messages;

/// <summary>Reads what the broker needs of a message before it accepts it.</summary>
internal static class MessageReader
{
    /// <exception cref="InvalidDataException">It is not a valid encoded message.</exception>
    public static Incoming Read(MessageRouter router, string path, byte[] content)
    {
        var fields = new MessageFields(content);
        fields.Validate();
        var id = fields.MessageId;
        if (id is null)
        {
            // The service gives an id to a message that came without one.
            id = Guid.NewGuid().ToString("N");
            content = fields.WithMessageId(id);
            fields = new(content);
        }

        return new(id, fields.SessionId, content, fields.TimeToLive, fields.ScheduledFor, router.Route(path, fields, content));
    }
}

using System.Collections.Concurrent;
using IntegrationHub.LocalPlatform.ServiceBus.Engine;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Framing;

namespace IntegrationHub.LocalPlatform.ServiceBus.Amqp;

/// <summary>
/// The nodes of requests and answers on one connection: <c>$cbs</c> for claims and <c>ENTITY/$management</c>. Requests
/// come on one link; their answers go to the link whose target is the address that the request names.
/// </summary>
internal sealed class ConnectionNodes(AmqpServer server)
{
    private readonly ConcurrentDictionary<string, SendingAmqpLink> _answers = new(StringComparer.Ordinal);

    public AmqpLink CreateLink(AmqpSession session, AmqpLinkSettings settings, NodeAddress node) =>
        settings.IsReceiver() ? CreateRequestLink(session, settings, node) : CreateAnswerLink(session, settings);

    private SendingAmqpLink CreateAnswerLink(AmqpSession session, AmqpLinkSettings settings)
    {
        var address = (settings.Target as Target)?.Address?.ToString()
            ?? throw new BusException(BusError.Argument, "A link for answers must have a target address, to which requests refer.");
        var link = new SendingAmqpLink(session, settings);
        _answers[address] = link;
        link.Closed += (_, _) => _answers.TryRemove(new(address, link));
        return link;
    }

    private ReceivingAmqpLink CreateRequestLink(AmqpSession session, AmqpLinkSettings settings, NodeAddress node)
    {
        var link = new ReceivingAmqpLink(session, settings);
        Func<AmqpMessage, Task<AmqpMessage>> answer = node.Entity is { } entity
            ? new ManagementNode(server.Broker, entity).AnswerAsync
            : ClaimsNode.AnswerAsync;
        link.RegisterMessageListener(request => _ = AnswerAsync(link, request, answer));
        return link;
    }

    private async Task AnswerAsync(ReceivingAmqpLink link, AmqpMessage request, Func<AmqpMessage, Task<AmqpMessage>> answer)
    {
        try
        {
            // A settled request is disposed of too, which alone returns its credit.
            link.DisposeDelivery(request, true, AmqpConstants.AcceptedOutcome);
            var response = await answer(request);
            response.Properties.CorrelationId = request.Properties.MessageId;
            if (request.Properties.ReplyTo is { } address && _answers.TryGetValue(address.ToString()!, out var answers))
            {
                answers.SendMessageNoWait(response, new(Guid.NewGuid().ToByteArray()), AmqpConstants.NullBinary);
            }
        }
        catch (Exception e) when (e is AmqpException or InvalidOperationException or ObjectDisposedException)
        {
            // The connection closed meanwhile.
            link.SafeClose(e);
        }
        finally
        {
            request.Dispose();
        }
    }
}

using Azure.Messaging.ServiceBus;
using IntegrationHub.LocalPlatform.FunctionsHost.Functions;
using IntegrationHub.LocalPlatform.FunctionsHost.Worker;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.FunctionsHost.ServiceBus;

/// <summary>
/// Runs a function for messages, and settles what it leaves unsettled: abandoned when it fails, completed when it
/// succeeds and that is wanted.
/// </summary>
internal sealed partial class MessageRunner(
    FunctionDefinition function, bool autoComplete, MessageLocks locks, IFunctionRunner runner, ILogger logger)
{
    /// <summary>Runs the function for one message or a batch.</summary>
    /// <param name="messages">The messages, in the order of <paramref name="input"/>.</param>
    /// <param name="input">The function's input.</param>
    /// <param name="cancellationToken">Cancels the function's token. It is not used for settling.</param>
    public async Task RunAsync(IReadOnlyList<HeldMessage> messages, FunctionInput input, CancellationToken cancellationToken)
    {
        bool succeeded;
        foreach (var message in messages)
        {
            locks.Add(message);
        }

        try
        {
            succeeded = await runner.RunAsync(function, input, cancellationToken);
        }
        finally
        {
            foreach (var message in messages)
            {
                locks.Remove(message);
            }
        }

        if (!succeeded || autoComplete)
        {
            await Task.WhenAll(messages.Where(each => !each.IsSettled).Select(each => SettleAsync(each, succeeded)));
        }
    }

    private async Task SettleAsync(HeldMessage message, bool succeeded)
    {
        try
        {
            await (succeeded ? message.CompleteAsync(CancellationToken.None) : message.AbandonAsync(null, CancellationToken.None));
        }
        catch (ServiceBusException e)
        {
            // The message returns when its lock expires.
            Log.NotSettled(logger, function.Name, message.Message.MessageId, e.Reason);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1, LogLevel.Warning, "{Function}: message {MessageId} could not be settled ({Reason}); it comes back when its lock runs out.")]
        public static partial void NotSettled(ILogger logger, string function, string messageId, ServiceBusFailureReason reason);
    }
}

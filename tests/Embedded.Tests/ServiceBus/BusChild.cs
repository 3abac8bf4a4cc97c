using System.Runtime.CompilerServices;
using Azure.Messaging.ServiceBus;

namespace IntegrationHub.Embedded.Tests.ServiceBus;

/// <summary>
/// The test executable as another process: started with a connection string in HUB_TEST_BUS_CHILD it runs no tests but sends, receives and completes under
/// load and writes what it was told, a line each, until it is killed or its parent is gone.
/// </summary>
public static class BusChild
{
    public const string Variable = "HUB_TEST_BUS_CHILD";
    private const int Senders = 16;

    /// <summary>Runs before any test can. Until it ends, no other thread may run code of this assembly: hence one thread that waits for tasks of the bus.</summary>
    [ModuleInitializer]
    internal static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } connection)
        {
            return;
        }

        var client = new ServiceBusClient(connection);
        var sender = client.CreateSender("plain");
        var receiver = client.CreateReceiver("plain");
        var sends = new (Task Sent, string Id)[Senders];
        for (var i = 0; i < Senders; i++)
        {
            sends[i] = Send(sender, i);
        }

        var receive = receiver.ReceiveMessagesAsync(Senders / 2);
        var orphaned = Console.OpenStandardInput().ReadAsync(new byte[1], 0, 1);
        while (!orphaned.IsCompleted)
        {
            Task.WaitAny([receive, .. sends.Select(static send => send.Sent)]);
            for (var i = 0; i < Senders; i++)
            {
                if (sends[i].Sent.IsCompleted)
                {
                    sends[i].Sent.GetAwaiter().GetResult();
                    Console.WriteLine($"sent {sends[i].Id}");
                    sends[i] = Send(sender, i);
                }
            }

            if (receive.IsCompleted)
            {
                Complete(receiver, receive.GetAwaiter().GetResult());
                receive = receiver.ReceiveMessagesAsync(Senders / 2);
            }
        }

        Environment.FailFast("The test that started this process is gone.");
    }

    /// <summary>Every other message is large, so that a commit takes long enough for a kill to fall into it.</summary>
    private static (Task Sent, string Id) Send(ServiceBusSender sender, int number)
    {
        var id = Guid.NewGuid().ToString("N");
        return (sender.SendMessageAsync(new(new byte[number % 2 == 0 ? 1024 : 200_000]) { MessageId = id }), id);
    }

    private static void Complete(ServiceBusReceiver receiver, IReadOnlyList<ServiceBusReceivedMessage> messages)
    {
        var completions = new List<Task>();
        foreach (var message in messages)
        {
            Console.WriteLine($"completing {message.MessageId}");
            completions.Add(receiver.CompleteMessageAsync(message));
        }

        for (var i = 0; i < messages.Count; i++)
        {
            completions[i].GetAwaiter().GetResult();
            Console.WriteLine($"completed {messages[i].MessageId}");
        }
    }
}

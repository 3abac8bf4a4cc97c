using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs a function for each message of a queue or subscription, or for a batch of them. Names may be <c>%Setting%</c>.</summary>
public sealed class ServiceBusTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Listens to a queue.</summary>
    public ServiceBusTriggerAttribute(string queueName) => QueueName = queueName;

    /// <summary>Listens to a subscription.</summary>
    public ServiceBusTriggerAttribute(string topicName, string subscriptionName) => (TopicName, SubscriptionName) = (topicName, subscriptionName);

    /// <summary>Gets the queue; null for a subscription.</summary>
    public string? QueueName { get; }

    /// <summary>Gets the topic; null for a queue.</summary>
    public string? TopicName { get; }

    /// <summary>Gets the subscription; null for a queue.</summary>
    public string? SubscriptionName { get; }

    /// <summary>Gets or sets the setting that holds the connection string. Default: <c>AzureWebJobsServiceBus</c>.</summary>
    public string? Connection { get; set; }

    /// <summary>Gets or sets a value indicating whether the function takes an array of messages. Default: false.</summary>
    public bool IsBatched { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether what a function that succeeded did not settle is completed for it. Where this is not
    /// written, host.json's <c>autoCompleteMessages</c> decides, although it reads true.
    /// </summary>
    public bool AutoCompleteMessages
    {
        get => SaidAutoComplete ?? true;
        set => SaidAutoComplete = value;
    }

    /// <summary>Gets what was written as <see cref="AutoCompleteMessages"/>; null when nothing was.</summary>
    internal bool? SaidAutoComplete { get; private set; }
}

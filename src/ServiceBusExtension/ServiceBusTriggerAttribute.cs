using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs a function for messages of a queue or of a topic's subscription.</summary>
[InputConverter(typeof(ServiceBusReceivedMessageConverter))]
[ConverterFallbackBehavior(ConverterFallbackBehavior.Default)]
public sealed class ServiceBusTriggerAttribute : TriggerBindingAttribute, ISupportCardinality
{
    /// <summary>Listens to a queue.</summary>
    public ServiceBusTriggerAttribute(string queueName) => QueueName = queueName;

    /// <summary>Listens to a subscription of a topic.</summary>
    public ServiceBusTriggerAttribute(string topicName, string subscriptionName)
    {
        TopicName = topicName;
        SubscriptionName = subscriptionName;
    }

    /// <summary>Gets the queue; null where the function listens to a subscription.</summary>
    public string? QueueName { get; }

    /// <summary>Gets the topic; null where the function listens to a queue.</summary>
    public string? TopicName { get; }

    /// <summary>Gets the subscription; null where the function listens to a queue.</summary>
    public string? SubscriptionName { get; }

    /// <summary>Gets or sets the setting that says how to connect.</summary>
    public string? Connection { get; set; }

    /// <summary>Gets or sets whether the entity has sessions.</summary>
    public bool IsSessionsEnabled { get; set; }

    /// <summary>Gets or sets whether the function takes an array of messages. Default: false.</summary>
    [DefaultValue(false)]
    public bool IsBatched { get; set; }

    /// <summary>
    /// Gets or sets whether the host completes what the function left unsettled. Unset, host.json decides.
    /// </summary>
    public bool AutoCompleteMessages { get; set; }

    Cardinality ISupportCardinality.Cardinality
    {
        get => IsBatched ? Cardinality.Many : Cardinality.One;
        set => IsBatched = value == Cardinality.Many;
    }
}

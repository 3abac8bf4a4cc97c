namespace Microsoft.Azure.Functions.Worker;

/// <summary>What is attached to one invocation, one thing of each type.</summary>
public interface IInvocationFeatures : IEnumerable<KeyValuePair<Type, object>>
{
    /// <summary>Attaches something, in the place of what was there under that type.</summary>
    void Set<T>(T instance);

    /// <summary>Reads what is attached; null when nothing is.</summary>
    T? Get<T>();
}

using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>One invocation.</summary>
/// <param name="function">What runs.</param>
/// <param name="input">What the trigger brought, as the function's parameters are filled from it.</param>
/// <param name="services">The scope it runs in.</param>
/// <param name="bindingData">What the trigger tells beside it.</param>
/// <param name="cancellationToken">Cancelled when nobody waits any longer.</param>
internal sealed class Invocation(
    Function function, object input, IServiceProvider services, IReadOnlyDictionary<string, object?> bindingData, CancellationToken cancellationToken)
    : FunctionContext
{
    private FeatureSet? _features;

    /// <summary>Gets what the trigger brought.</summary>
    public object Input { get; } = input;

    /// <summary>Gets or sets what the function returned.</summary>
    public object? Result { get; set; }

    /// <summary>Gets the function as the host knows it.</summary>
    public Function Function { get; } = function;

    /// <inheritdoc/>
    public override string InvocationId { get; } = Guid.NewGuid().ToString();

    /// <inheritdoc/>
    public override string FunctionId => Function.Id;

    /// <inheritdoc/>
    public override TraceContext TraceContext { get; } = new Trace(Activity.Current);

    /// <inheritdoc/>
    public override BindingContext BindingContext { get; } = new Bindings(bindingData);

    /// <inheritdoc/>
    public override RetryContext RetryContext { get; } = new FirstTry();

    /// <inheritdoc/>
    public override IServiceProvider InstanceServices { get; set; } = services;

    /// <inheritdoc/>
    public override FunctionDefinition FunctionDefinition => Function;

    /// <inheritdoc/>
    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    /// <inheritdoc/>
    public override IInvocationFeatures Features => _features ??= new();

    /// <inheritdoc/>
    public override CancellationToken CancellationToken { get; } = cancellationToken;

    private sealed class Bindings(IReadOnlyDictionary<string, object?> data) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData => data;
    }

    private sealed class FirstTry : RetryContext
    {
        public override int RetryCount => 0;

        public override int MaxRetryCount => 0;
    }

    private sealed class Trace(Activity? activity) : TraceContext
    {
        public override string TraceParent => activity?.Id ?? "";

        public override string TraceState => activity?.TraceStateString ?? "";

        public override IReadOnlyDictionary<string, string> Attributes => ImmutableDictionary<string, string>.Empty;
    }

    private sealed class FeatureSet : IInvocationFeatures
    {
        private readonly Dictionary<Type, object> _features = [];

        public void Set<T>(T instance) => _features[typeof(T)] = instance!;

        public T? Get<T>() => _features.TryGetValue(typeof(T), out var feature) ? (T)feature : default;

        public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

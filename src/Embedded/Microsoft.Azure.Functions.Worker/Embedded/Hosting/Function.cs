using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>One function found in the app, ready to be called.</summary>
internal sealed class Function : FunctionDefinition
{
    private readonly Func<Invocation, ValueTask<object?>> _call;

    /// <summary>Reads a function off its method.</summary>
    /// <exception cref="InvalidOperationException">It is not one that can run; the message says why.</exception>
    public Function(MethodInfo method)
    {
        Name = method.GetCustomAttribute<FunctionAttribute>()!.Name;
        Method = method;
        if (!method.IsPublic || method.DeclaringType is not { IsVisible: true, ContainsGenericParameters: false })
        {
            throw new InvalidOperationException($"Function {Name} must be a public method of a public class: {EntryPoint} is not.");
        }

        var triggers = method.GetParameters().Where(each => each.GetCustomAttribute<TriggerBindingAttribute>() is not null).ToArray();
        if (triggers is not [var trigger])
        {
            throw new InvalidOperationException($"Function {Name} needs exactly one parameter with a trigger attribute and has {triggers.Length}.");
        }

        TriggerParameter = trigger;
        Trigger = trigger.GetCustomAttribute<TriggerBindingAttribute>()!;
        Parameters = [.. method.GetParameters().Select(each => new FunctionParameter(each.Name!, each.ParameterType))];
        InputBindings = ImmutableDictionary<string, BindingMetadata>.Empty.Add(trigger.Name!, new TriggerMetadata(trigger.Name!, KindOf(Trigger)));
        _call = FunctionCall.Compile(this);
    }

    /// <summary>Gets the method.</summary>
    public MethodInfo Method { get; }

    /// <summary>Gets what starts it.</summary>
    public TriggerBindingAttribute Trigger { get; }

    /// <summary>Gets the parameter that receives what started it.</summary>
    public ParameterInfo TriggerParameter { get; }

    /// <inheritdoc/>
    public override ImmutableArray<FunctionParameter> Parameters { get; }

    /// <inheritdoc/>
    public override string PathToAssembly => Method.DeclaringType!.Assembly.Location;

    /// <inheritdoc/>
    public override string EntryPoint => $"{Method.DeclaringType!.FullName}.{Method.Name}";

    /// <inheritdoc/>
    public override string Id => Name;

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; }

    /// <inheritdoc/>
    public override IImmutableDictionary<string, BindingMetadata> OutputBindings => ImmutableDictionary<string, BindingMetadata>.Empty;

    /// <summary>Makes the class, calls the method and gives back what it returned; null for none.</summary>
    public ValueTask<object?> CallAsync(Invocation invocation) => _call(invocation);

    private static string KindOf(TriggerBindingAttribute trigger)
    {
        var name = trigger.GetType().Name;
        return char.ToLowerInvariant(name[0]) + name[1..^"Attribute".Length];
    }

    private sealed class TriggerMetadata(string name, string type) : BindingMetadata
    {
        public override string Name => name;

        public override string Type => type;

        public override BindingDirection Direction => BindingDirection.In;
    }
}

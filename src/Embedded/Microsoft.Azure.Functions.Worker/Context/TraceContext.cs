using System.Collections.Immutable;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The trace that an invocation belongs to, as W3C writes it.</summary>
public abstract class TraceContext
{
    /// <summary>Gets the <c>traceparent</c>; empty where nobody traces.</summary>
    public abstract string TraceParent { get; }

    /// <summary>Gets the <c>tracestate</c>; empty where nobody traces.</summary>
    public abstract string TraceState { get; }

    /// <summary>Gets what else the trace carries.</summary>
    public virtual IReadOnlyDictionary<string, string> Attributes => ImmutableDictionary<string, string>.Empty;
}

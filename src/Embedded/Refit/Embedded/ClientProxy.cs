using System.Collections.Concurrent;
using System.Reflection;

namespace Refit.Embedded;

/// <summary>Stands where the real package would have generated a class: turns each call into its plan's request.</summary>
public class ClientProxy : DispatchProxy
{
    private static readonly ConcurrentDictionary<Type, ConcurrentDictionary<MethodInfo, RequestPlan>> PlansOfApis = new();

    private Type _api = typeof(object);
    private RequestSender? _sender;
    private ConcurrentDictionary<MethodInfo, RequestPlan> _plans = new();

    internal static object Create(Type api, RequestSender sender)
    {
        if (!api.IsInterface)
        {
            throw new ArgumentException($"{api.Name} is no interface, so no client can be made of it.");
        }

        var plans = PlansOfApis.GetOrAdd(api, PlanAll);
        var proxy = (ClientProxy)Create(api, typeof(ClientProxy));
        (proxy._api, proxy._sender, proxy._plans) = (api, sender, plans);
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(targetMethod);

        // Only a generic method is planned this late: its types are known now.
        var plan = _plans.GetOrAdd(targetMethod, static (method, api) => RequestPlan.Create(api, method), _api);
        return plan.SendAsync(_sender!, args ?? []);
    }

    private static ConcurrentDictionary<MethodInfo, RequestPlan> PlanAll(Type api)
    {
        var members = api.GetInterfaces().Append(api).SelectMany(owner => owner.GetMembers()).ToArray();
        if (members.FirstOrDefault(member => member is PropertyInfo or EventInfo) is { } other)
        {
            throw RequestPlan.Wrong(api, other, "it is no method");
        }

        return new(members
            .OfType<MethodInfo>()
            .Where(method => !method.IsStatic && !method.IsGenericMethodDefinition)
            .Select(method => KeyValuePair.Create(method, RequestPlan.Create(api, method))));
    }
}

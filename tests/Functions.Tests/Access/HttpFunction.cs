using System.Reflection;
using IntegrationHub.Functions.Platform.Access;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Functions.Tests.Access;

/// <summary>An HTTP function of the hub, as its attributes say.</summary>
internal sealed record HttpFunction(string Name, MethodInfo Method, HttpTriggerAttribute Trigger)
{
    public static IReadOnlyList<HttpFunction> All { get; } =
    [
        .. from type in typeof(Hub).Assembly.GetTypes()
           from method in type.GetMethods()
           let function = method.GetCustomAttribute<FunctionAttribute>()
           where function is not null
           from parameter in method.GetParameters()
           let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
           where trigger is not null
           orderby function.Name
           select new HttpFunction(function.Name, method, trigger),
    ];

    public NeedsAttribute? Needs => Method.GetCustomAttribute<NeedsAttribute>();

    public NeedsNothingAttribute? NeedsNothing => Method.GetCustomAttribute<NeedsNothingAttribute>();

    /// <summary>Its address with values that name nothing that exists.</summary>
    public string Path => $"/api/{Trigger.Route!.Replace("{*channel}", "", StringComparison.Ordinal)
        .Replace("{leadId}", new string('0', 24), StringComparison.Ordinal)
        .Replace("{connector}", "nobody", StringComparison.Ordinal)
        .Replace("{token}", "forged", StringComparison.Ordinal)
        .Replace("{id}", "nothing", StringComparison.Ordinal)}";
}

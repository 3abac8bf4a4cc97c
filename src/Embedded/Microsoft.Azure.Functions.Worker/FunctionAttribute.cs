// Not for production: with its neighbours this stands in for the Azure Functions worker packages and the host on one machine.
namespace Microsoft.Azure.Functions.Worker;

/// <summary>Marks a public method of a public class as a function. Names are unique within an app, whatever their case.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class FunctionAttribute(string name) : Attribute
{
    /// <summary>Gets the name under which the function is listed, logged and switched off (<c>AzureWebJobs.{name}.Disabled</c>).</summary>
    public string Name { get; } = name;
}

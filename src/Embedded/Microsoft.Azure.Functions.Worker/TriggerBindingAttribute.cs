namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>What starts a function; stands on the one parameter that receives what started it.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public abstract class TriggerBindingAttribute : BindingAttribute
{
    /// <summary>Nothing is known yet.</summary>
    public TriggerBindingAttribute()
    {
    }
}

namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>What ties a parameter or method to something outside the code.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class BindingAttribute : Attribute
{
    /// <summary>Nothing is known yet.</summary>
    public BindingAttribute()
    {
    }
}

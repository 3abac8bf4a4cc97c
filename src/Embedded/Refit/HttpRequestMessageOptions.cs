namespace Refit;

/// <summary>The keys of what a client puts into each request's options.</summary>
public static class HttpRequestMessageOptions
{
    /// <summary>Gets the key of the interface's <see cref="Type"/>.</summary>
    public static string InterfaceType { get; } = "Refit.InterfaceType";

    /// <summary>Gets the key of the method's name.</summary>
    public static string MethodName { get; } = "Refit.MethodName";

    /// <summary>Gets the key of the path as the attribute has it, placeholders and all.</summary>
    public static string RelativePathTemplate { get; } = "Refit.RelativePathTemplate";
}

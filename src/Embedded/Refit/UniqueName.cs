namespace Refit;

/// <summary>The names under which the factory knows the clients of an interface.</summary>
public static class UniqueName
{
    /// <summary>Names the one client of an interface.</summary>
    /// <typeparam name="T">The interface.</typeparam>
    /// <returns>The name.</returns>
    public static string ForType<T>() => ForType<T>(null);

    /// <summary>Names one of several clients of an interface.</summary>
    /// <typeparam name="T">The interface.</typeparam>
    /// <param name="serviceKey">Tells the clients apart; null is the one without key.</param>
    /// <returns>The name.</returns>
    public static string ForType<T>(object? serviceKey) => serviceKey is null ? $"{typeof(T).FullName}" : $"{typeof(T).FullName}, ServiceKey={serviceKey}";
}

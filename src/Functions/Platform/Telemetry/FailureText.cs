namespace IntegrationHub.Functions.Platform.Telemetry;

/// <summary>Says what failed, for logs and for ops. The hub's own exceptions write messages without personal data.
/// Those of others may quote what could not be read, so only their type and place are said.</summary>
internal static class FailureText
{
    private const string Own = "IntegrationHub.";

    /// <summary>Returns the type, and the message or the place.</summary>
    public static string Of(Exception failure) =>
        IsOwn(failure) ? $"{failure.GetType().Name}: {failure.Message}"
        : failure.TargetSite?.DeclaringType?.FullName is { } place ? $"{failure.GetType().Name} at {place}"
        : failure.GetType().Name;

    /// <summary>Returns the message of an own exception, or the type of another.</summary>
    public static string Short(Exception failure) => IsOwn(failure) ? failure.Message : failure.GetType().Name;

    private static bool IsOwn(Exception failure) =>
        failure.GetType().Assembly.GetName().Name?.StartsWith(Own, StringComparison.Ordinal) == true;
}

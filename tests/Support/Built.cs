using System.Reflection;

namespace IntegrationHub.Tests.Support;

/// <summary>Where the build has put what these tests start.</summary>
public static class Built
{
    /// <summary>Gets the local platform's program.</summary>
    public static string LocalPlatform { get; } = PathOf("LocalPlatform");

    /// <summary>Gets the command line of operators.</summary>
    public static string CommandLine { get; } = PathOf("CommandLine");

    /// <summary>Gets the folder of the function app.</summary>
    public static string FunctionApp { get; } = PathOf("FunctionApp");

    /// <summary>Gets the folder of the function app that the local platform is tried with.</summary>
    public static string ProbeApp { get; } = PathOf("ProbeApp");

    /// <summary>Gets the hub's queues, topics and subscriptions.</summary>
    public static string Topology { get; } = Repository.PathTo("infra", "topology.json");

    /// <summary>One of the scripts that run node programs.</summary>
    public static string Child(string script) => Repository.PathTo("src", "LocalPlatform", "Children", script);

    private static string PathOf(string name) =>
        typeof(Built).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == name).Value!;
}

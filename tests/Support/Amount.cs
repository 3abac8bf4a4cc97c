using System.Globalization;

namespace IntegrationHub.Tests.Support;

/// <summary>How many of something a test plays with.</summary>
public static class Amount
{
    /// <summary>What an environment variable says; without it as many as show the fault, which take seconds.</summary>
    public static int Of(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var amount) ? amount : usual;
}

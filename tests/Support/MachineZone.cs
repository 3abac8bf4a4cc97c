namespace IntegrationHub.Tests.Support;

/// <summary>
/// Gives a test process another time zone than its machine has: the machine's zone changes no result. Each test project sets one before its first test,
/// by a module initializer.
/// </summary>
public static class MachineZone
{
    /// <summary>Nearly a day ahead of UTC, by a quarter of an hour more than whole hours, and with summer time.</summary>
    public const string Ahead = "Pacific/Chatham";

    /// <summary>Far behind UTC, with summer time.</summary>
    public const string Behind = "America/Adak";

    /// <summary>The environment variable that takes precedence over what a project sets.</summary>
    public const string Variable = "HUB_TEST_ZONE";

    /// <summary>Gets the zone that was set; null before.</summary>
    public static string? Current { get; private set; }

    /// <summary>Sets the zone of this process and of those that it starts. Windows takes none from the environment: there it is a no-op.</summary>
    public static void Set(string zone)
    {
        Current = Environment.GetEnvironmentVariable(Variable) ?? zone;
        Environment.SetEnvironmentVariable("TZ", Current);
        TimeZoneInfo.ClearCachedData();
    }
}

/// <summary>The guard of a project that sets a zone: without it a zone that had no effect would go unseen.</summary>
public abstract class MachineZoneChecks
{
    [Fact]
    public void Every_test_runs_in_a_zone_far_from_UTC()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows takes no time zone from the environment.");

        Assert.Equal(TimeZoneInfo.FindSystemTimeZoneById(MachineZone.Current!).BaseUtcOffset, TimeZoneInfo.Local.BaseUtcOffset);
        Assert.True(TimeZoneInfo.Local.BaseUtcOffset.Duration() > TimeSpan.FromHours(5));
    }
}

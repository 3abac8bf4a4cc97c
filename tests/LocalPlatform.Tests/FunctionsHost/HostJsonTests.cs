using IntegrationHub.LocalPlatform.FunctionsHost;
using IntegrationHub.LocalPlatform.FunctionsHost.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace IntegrationHub.LocalPlatform.Tests.FunctionsHost;

public sealed class HostJsonTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("host-json-").FullName;

    [Fact]
    public void What_is_not_said_is_as_on_the_real_host()
    {
        var read = Read("""{"version":"2.0"}""");

        Assert.Equal("api", read.RoutePrefix);
        Assert.Equal(new HttpLimits(null, null), read.HttpLimits);
        Assert.Equal(TimeSpan.FromMinutes(30), read.FunctionTimeout);
        Assert.Equal(
            new ServiceBusSettings
            {
                AutoCompleteMessages = true,
                MaxAutoLockRenewalDuration = TimeSpan.FromMinutes(5),
                MaxConcurrentCalls = 16 * Environment.ProcessorCount,
                MaxMessageBatchSize = 1000,
                PrefetchCount = 0,
            },
            read.ServiceBus);
        Assert.Empty(read.LogLevels);
    }

    [Fact]
    public void Each_value_counts()
    {
        var read = Read(
            """
            {
              "version": "2.0",
              "functionTimeout": "00:00:07",
              "logging": { "logLevel": { "default": "Warning", "Function.Slow": "Debug" }, "applicationInsights": { "samplingSettings": { "isEnabled": true } } },
              "extensions": {
                "http": { "routePrefix": "/v1/hooks/", "maxConcurrentRequests": 30, "maxOutstandingRequests": -1 },
                "serviceBus": { "autoCompleteMessages": false, "maxAutoLockRenewalDuration": "00:01:00", "maxConcurrentCalls": 4, "maxMessageBatchSize": 10, "prefetchCount": 20 }
              }
            }
            """);

        Assert.Equal("v1/hooks", read.RoutePrefix);
        Assert.Equal(new HttpLimits(30, null), read.HttpLimits);
        Assert.Equal(TimeSpan.FromSeconds(7), read.FunctionTimeout);
        Assert.Equal(LogLevel.Warning, read.LogLevels["Default"]);
        Assert.Equal(LogLevel.Debug, read.LogLevels["Function.Slow"]);
        Assert.Equal(
            new ServiceBusSettings
            {
                AutoCompleteMessages = false,
                MaxAutoLockRenewalDuration = TimeSpan.FromMinutes(1),
                MaxConcurrentCalls = 4,
                MaxMessageBatchSize = 10,
                PrefetchCount = 20,
            },
            read.ServiceBus);
    }

    [Fact]
    public void A_setting_replaces_a_value()
    {
        var read = Read(
            """{"version":"2.0","extensions":{"serviceBus":{"maxConcurrentCalls":4}}}""",
            ("AzureFunctionsJobHost:extensions:serviceBus:maxConcurrentCalls", "9"),
            ("AzureFunctionsJobHost:functionTimeout", "00:01:00"));

        Assert.Equal(9, read.ServiceBus.MaxConcurrentCalls);
        Assert.Equal(TimeSpan.FromMinutes(1), read.FunctionTimeout);
    }

    [Fact]
    public void A_setting_cannot_replace_the_route_prefix_because_the_worker_would_not_see_it()
    {
        var invalid = Assert.Throws<InvalidConfigurationException>(() => Read("""{"version":"2.0"}""", ("AzureFunctionsJobHost:extensions:http:routePrefix", "v1")));

        Assert.Contains("routePrefix", Assert.Single(invalid.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void There_need_be_no_route_prefix() => Assert.Equal("", Read("""{"version":"2.0","extensions":{"http":{"routePrefix":""}}}""").RoutePrefix);

    [Fact]
    public void Minus_one_is_no_time_limit() => Assert.Null(Read("""{"version":"2.0","functionTimeout":"-1"}""").FunctionTimeout);

    [Fact]
    public void All_that_cannot_be_read_or_done_is_listed_at_once()
    {
        var invalid = Assert.Throws<InvalidConfigurationException>(() => Read(
            """
            {
              "version": "1.0",
              "functionTimeout": "soon",
              "concurrency": { "dynamicConcurrencyEnabled": true },
              "extensions": { "serviceBus": { "maxConcurrentCalls": "many", "maxConcurrentSessions": 8 } }
            }
            """));

        foreach (var key in new[] { "version", "functionTimeout", "concurrency.dynamicConcurrencyEnabled", "extensions.serviceBus.maxConcurrentCalls", "extensions.serviceBus.maxConcurrentSessions" })
        {
            Assert.Single(invalid.Faults, fault => fault.StartsWith($"host.json: {key} ", StringComparison.Ordinal));
        }

        Assert.Equal(5, invalid.Faults.Count);
    }

    [Theory]
    [InlineData("{")]
    [InlineData(null)]
    public void A_file_that_is_missing_or_broken_is_named(string? json) =>
        Assert.Contains("host.json", Assert.Throws<InvalidConfigurationException>(() => Read(json)).Message, StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private HostJson Read(string? json, params (string Key, string Value)[] settings)
    {
        if (json is not null)
        {
            File.WriteAllText(Path.Combine(_directory, "host.json"), json);
        }

        var given = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(each => KeyValuePair.Create(each.Key, (string?)each.Value))).Build();
        return HostJson.Read(_directory, AppSettings.From(given));
    }
}

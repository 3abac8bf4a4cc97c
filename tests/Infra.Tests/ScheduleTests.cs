using System.Reflection;
using System.Text.Json.Nodes;
using IntegrationHub.Functions;
using Microsoft.Azure.Functions.Worker;

namespace IntegrationHub.Infra.Tests;

/// <summary>A timer without a schedule keeps the whole function app from starting.</summary>
public sealed class ScheduleTests(BicepCompiler bicep)
{
    private static readonly string[] Schedules =
    [
        .. typeof(Hub).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<TimerTriggerAttribute>()?.Schedule.Trim('%'))
            .OfType<string>()
            .Order(StringComparer.Ordinal),
    ];

    [Fact]
    public async Task Every_timer_has_a_schedule_on_Azure() =>
        Assert.Equal(Schedules, Of((await bicep.LocalSettingsOfAsync("minimal")).Keys));

    [Fact]
    public async Task Every_timer_has_a_schedule_on_one_machine()
    {
        var sample = JsonNode.Parse(await File.ReadAllTextAsync(
            Path.Combine(BicepCompiler.Folder, "..", "src", "Functions", "local.settings.sample.json"), TestContext.Current.CancellationToken));

        Assert.Equal(Schedules, Of(sample!["Values"]!.AsObject().Select(value => value.Key.Replace("__", ":", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Every_timer_is_on_the_page_of_settings()
    {
        var page = await File.ReadAllTextAsync(ConfigurationPage.Path, TestContext.Current.CancellationToken);

        Assert.All(Schedules, schedule => Assert.Contains($"`{schedule}`", page, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Of(IEnumerable<string> keys) =>
        keys.Where(key => key.StartsWith("Schedules:", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}

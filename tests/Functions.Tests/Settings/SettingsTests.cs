using IntegrationHub.Connectors.Common;
using IntegrationHub.Funnel;
using IntegrationHub.Functions.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Tests.Settings;

public sealed class SettingsTests
{
    private static ServiceProvider Read(params (string Key, string? Value)[] settings) =>
        new ServiceCollection()
            .AddSingleton(new ConnectorSet([]))
            .AddHubSettings(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))).Build())
            .BuildServiceProvider();

    [Fact]
    public void Without_any_setting_the_hub_runs_on_defaults()
    {
        var funnel = Read().GetRequiredService<FunnelSettings>();

        Assert.Equal(Team.Marketing, funnel.OwnerOf(FunnelStage.Interest));
        Assert.Equal(Team.Sales, funnel.OwnerOf(FunnelStage.Evaluation));
        Assert.Equal("Referral", funnel.Stages[FunnelStage.Referral].Name);
        Assert.All(funnel.Stages.Values, stage => Assert.Null(stage.StallAfter));
        Assert.True(funnel.Calendar.IsOpen(new DateTimeOffset(2026, 11, 22, 3, 0, 0, TimeSpan.Zero)));
    }

    [Theory]
    [InlineData("Mail:Smtp:Port", "0")]
    [InlineData("Mail:Smtp:Port", "65536")]
    [InlineData("Hub:RetryDelays", "soon")]
    public void A_setting_that_is_wrong_stops_the_hub_before_it_takes_anything(string key, string value)
    {
        var invalid = Assert.Throws<InvalidSettingsException>(() => Hub.Build([$"--{key}={value}"]));

        Assert.StartsWith($"{key}: ", Assert.Single(invalid.Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65_535)]
    public void A_port_may_be_any_there_is(int port) =>
        Assert.Equal(port, Read(("Mail:Smtp:Host", "mail.example.com"), ("Mail:Smtp:Port", $"{port}")).GetRequiredService<MailOptions>().Smtp!.Port);

    [Theory]
    [InlineData(null, 20)]
    [InlineData("1", 1)]
    [InlineData("500", 500)]
    public void A_replay_goes_as_fast_as_is_set(string? set, int perSecond) =>
        Assert.Equal(perSecond, Read(("Hub:ReplayPerSecond", set)).GetRequiredService<HubOptions>().ReplayPerSecond);

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("fast")]
    public void A_replay_that_would_never_end_is_a_fault(string set) =>
        Assert.Contains(Assert.Throws<InvalidSettingsException>(() => Read(("Hub:ReplayPerSecond", set))).Faults, fault => fault.StartsWith("Hub:ReplayPerSecond", StringComparison.Ordinal));

    [Fact]
    public void Stages_teams_and_calendars_are_read_as_the_contract_names_them()
    {
        using var services = Read(
            ("Funnel:Stages:evaluation:Name", "Donation"),
            ("Funnel:Stages:evaluation:StallAfter", "4.00:00:00"),
            ("Funnel:Stages:evaluation:AcceptWithin", "08:00:00"),
            ("Funnel:Calendar:TimeZone", "Europe/Berlin"),
            ("Funnel:Calendar:WorkingDays", "Mon-Fri"),
            ("Funnel:Calendar:Hours", "09:00-17:30"),
            ("Funnel:Calendar:Holidays", "2026-12-25,2026-12-26"),
            ("Teams:Sales:Recipients", "sales@example.com, ann@example.com"),
            ("Teams:Sales:Managers:0", "boss@example.com"));
        var funnel = services.GetRequiredService<FunnelSettings>();
        var sales = services.GetRequiredService<TeamsSettings>()[Team.Sales];

        Assert.Equal("Donation", funnel.Stages[FunnelStage.Evaluation].Name);
        Assert.Equal(TimeSpan.FromDays(4), funnel.Stages[FunnelStage.Evaluation].StallAfter);
        Assert.Equal(TimeSpan.FromHours(8), funnel.Stages[FunnelStage.Evaluation].AcceptWithin);
        Assert.False(funnel.Calendar.IsOpen(new DateTimeOffset(2026, 12, 25, 10, 0, 0, TimeSpan.Zero)));
        Assert.True(funnel.Calendar.IsOpen(new DateTimeOffset(2026, 12, 24, 8, 0, 0, TimeSpan.Zero)));
        Assert.Equal(["sales@example.com", "ann@example.com"], sales.Recipients);
        Assert.Equal(["boss@example.com"], sales.Managers);
    }

    [Fact]
    public void Every_fault_is_listed_at_once_by_its_key_with_what_would_be_right()
    {
        var faults = Assert.Throws<InvalidSettingsException>(() => Read(
            ("Funnel:Stages:evaluation:StallAfter", "four days"),
            ("Funnel:Stages:interest:StallAfter", "-1.00:00:00"),
            ("Funnel:Stages:closing:Name", "Closing"),
            ("Funnel:RecycleTo", "nowhere"),
            ("Funnel:Calendar:Hours", "9 to 5"),
            ("Teams:sales:Recipients", "nobody"),
            ("Mail:Smtp:Host", "mail.example.com"),
            ("Mail:Smtp:Port", "smtp"),
            ("Hub:PublicUrl", "hub"))).Faults;

        Assert.Collection(
            faults.Order(StringComparer.Ordinal),
            fault => Assert.StartsWith("Funnel:Calendar: ", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("Funnel:RecycleTo: 'nowhere' is not one of awareness", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("Funnel:Stages:closing: is no stage", fault, StringComparison.Ordinal),
            fault => Assert.Contains("d.hh:mm:ss", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("Funnel:Stages:interest:StallAfter: must be longer than zero", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("Hub:PublicUrl: 'hub' is no web address", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("Mail:Smtp:Port: 'smtp'", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("Teams:sales:Recipients: entry 1 is no e-mail address", fault, StringComparison.Ordinal));
    }

    [Fact]
    public void A_secret_never_shows_in_a_fault()
    {
        var fault = Assert.Throws<InvalidSettingsException>(() => Read(("Mail:Smtp:Host", "m"), ("Mail:Smtp:Password", "hush-hush"), ("Mail:Smtp:Port", "x")));

        Assert.DoesNotContain("hush-hush", fault.Message, StringComparison.Ordinal);
    }
}

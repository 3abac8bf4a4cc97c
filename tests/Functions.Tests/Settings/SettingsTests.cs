using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions.Platform.Access;
using IntegrationHub.Functions.Platform.Settings;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Functions.Tests.Settings;

public sealed class SettingsTests
{
    private static readonly (string Key, string? Value) ArchiveKeys = ("Archive:Keys", Given.ArchiveKeys);
    private const string Strong = "abcdefghijklmnopqrstuvwxyz0123456789";

    private static ServiceProvider Read(params (string Key, string? Value)[] settings) => Read(settings, _ => { });

    private static ServiceProvider Read((string Key, string? Value)[] settings, Action<IServiceCollection> more)
    {
        var reader = new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(settings.Prepend(("Hub:Peppers", Given.Peppers)).Prepend(ArchiveKeys).GroupBy(setting => setting.Item1).Select(setting => KeyValuePair.Create(setting.Key, setting.Last().Item2))).Build());
        var services = new ServiceCollection().AddSingleton(new ConnectorSet([])).AddHubSettings(reader).AddAccess(reader);
        reader.ThrowIfFaulty();
        more(services);
        return services.BuildServiceProvider();
    }

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
    [InlineData("0 */10 * * * *", null, true)]
    [InlineData("0 0 * * * *", null, false)]
    [InlineData("0 0 8-18 * * *", "02:00:00", false)]
    [InlineData("0 0 * * * *", "02:00:00", true)]
    [InlineData("00:20:00", null, false)]
    [InlineData("00:10:00", null, true)]
    public void A_poll_that_is_rarer_than_what_counts_as_late_is_refused_at_the_start(string schedule, string? lateAfter, bool taken)
    {
        (string, string?)[] settings = [("Schedules:PollConnectors", schedule), ("Ops:LateAfter", lateAfter), ("Connectors:crm:Type", "Salesforce")];

        var faults = Record.Exception(() => Read(settings)) is InvalidSettingsException invalid ? invalid.Faults : [];

        Assert.Equal(taken ? 0 : 1, faults.Count);
        Assert.All(faults, fault => Assert.StartsWith("Schedules:PollConnectors: must be", fault, StringComparison.Ordinal));
        Assert.NotNull(Read(settings[..2]));
    }

    [Theory]
    [InlineData("Mail:Smtp:Port", "0")]
    [InlineData("Mail:Smtp:Port", "65536")]
    [InlineData("Hub:RetryDelays", "soon")]
    public void A_setting_that_is_wrong_stops_the_hub_before_it_takes_anything(string key, string value)
    {
        var invalid = Assert.Throws<InvalidSettingsException>(() => Hub.Build([$"--{ArchiveKeys.Key}={ArchiveKeys.Value}", $"--Hub:Peppers={Given.Peppers}", $"--{key}={value}"]));

        Assert.StartsWith($"{key}: ", Assert.Single(invalid.Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Mail:PerMinute", "-1")]
    [InlineData("Mail:PerHour", "5001")]
    [InlineData("Mail:AzureCommunication:Endpoint", "http://contoso.communication.azure.com")]
    [InlineData("Alerts:GroupWait", "soon")]
    [InlineData("Alerts:GroupInterval", "-00:00:01")]
    [InlineData("Alerts:MaxRows", "0")]
    [InlineData("Alerts:MaxRows", "51")]
    [InlineData("Alerts:GroupWiat", "00:01:00")]
    [InlineData("Mail:Smpt", "mail.example.com")]
    [InlineData("Mail:Smtp:Hots", "mail.example.com")]
    [InlineData("Ops:Recipient", "ops@example.com")]
    [InlineData("Alerts:CatchUp", "-00:00:01")]
    [InlineData("Alerts:LinksValidFor", "366.00:00:01")]
    [InlineData("Ops:SilentAfter", "1001")]
    [InlineData("Ops:SilentAfter", "NaN")]
    [InlineData("Hub:PublicUrl", "https://hub.example.com/?tenant=1")]
    [InlineData("Hub:AuditDays", "29")]
    [InlineData("Hub:FactsPerLead", "99")]
    [InlineData("Hub:FactsPerLead", "5001")]
    [InlineData("Hub:SignIn", "on")]
    [InlineData("Alerts:LinksValidFor", "00:00:00")]
    [InlineData("Ops:LateAfter", "00:00:00")]
    [InlineData("Ops:SilentAfter", "1")]
    public void A_setting_about_mail_that_is_wrong_is_a_fault_that_names_it(string key, string value) =>
        Assert.StartsWith($"{key}: ", Assert.Single(Assert.Throws<InvalidSettingsException>(() => Read((key, value))).Faults), StringComparison.Ordinal);

    [Theory]
    [InlineData("Mail:PerMinute", "0")]
    [InlineData("Mail:PerHour", "5000")]
    [InlineData("Alerts:GroupWait", "00:00:00")]
    [InlineData("Alerts:MaxRows", "1")]
    [InlineData("Alerts:MaxRows", "50")]
    [InlineData("Alerts:LinksValidFor", "366.00:00:00")]
    [InlineData("Ops:SilentAfter", "1000")]
    [InlineData("Hub:PublicUrl", "https://example.com/hub/")]
    [InlineData("Alerts:LinksValidFor", "00:00:01")]
    [InlineData("Ops:SilentAfter", "0")]
    [InlineData("Ops:SilentAfter", "1.5")]
    public void A_setting_about_mail_may_be_at_its_limit(string key, string value) => Assert.NotNull(Read((key, value)).GetRequiredService<AlertDeliveryOptions>());

    [Fact]
    public void Only_one_way_to_send_mail_may_be_named() => Assert.StartsWith(
        "Mail: must be either Mail:Smtp or Mail:AzureCommunication, for example ",
        Assert.Single(Assert.Throws<InvalidSettingsException>(() => Read(("Hub:PublicUrl", "https://hub.example.com"), ("Mail:Smtp:Host", "mail"), ("Mail:AzureCommunication:Endpoint", "https://contoso.communication.azure.com"))).Faults),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("mail.example.com", null, false)]
    [InlineData("mail.example.com", "http://hub.example.com", false)]
    [InlineData("mail.example.com", "https://hub.example.com", true)]
    [InlineData("mail.example.com", "http://localhost:7071", true)]
    [InlineData("127.0.0.1", null, true)]
    [InlineData("localhost", "http://hub.example.com", true)]
    public void Where_mail_leaves_the_machine_its_links_lead_to_an_https_address(string server, string? url, bool valid)
    {
        var read = Record.Exception(() => Read(("Mail:Smtp:Host", server), ("Hub:PublicUrl", url)));

        Assert.Equal(valid, read is null);
        Assert.All(
            (read as InvalidSettingsException)?.Faults ?? [],
            fault => Assert.Equal("Hub:PublicUrl: must be the https address by which tools and people reach the hub, for example https://hub.example.com.", fault));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("http://hub.example.com", false)]
    [InlineData("https://hub.example.com", true)]
    public void On_Azure_the_hub_knows_its_https_address(string? url, bool valid) =>
        Assert.Equal(valid, Record.Exception(() => Read(("WEBSITE_SITE_NAME", "func-hub"), ("Hub:PublicUrl", url))) is null);

    [Theory]
    [InlineData("mail.example.com", "false", false)]
    [InlineData("mail.example.com", "true", true)]
    [InlineData("mail.example.com", null, true)]
    [InlineData("127.0.0.1", "false", true)]
    public void A_password_is_not_sent_in_clear(string server, string? startTls, bool valid)
    {
        var read = Record.Exception(() => Read(
            ("Hub:PublicUrl", "https://hub.example.com"), ("Mail:Smtp:Host", server), ("Mail:Smtp:User", "hub"), ("Mail:Smtp:Password", "secret"), ("Mail:Smtp:StartTls", startTls)));

        Assert.Equal(valid, read is null);
        Assert.All((read as InvalidSettingsException)?.Faults ?? [], fault => Assert.StartsWith("Mail:Smtp:StartTls: must be true", fault, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65_535)]
    public void A_port_may_be_any_there_is(int port) =>
        Assert.Equal(port, Read(("Mail:Smtp:Host", "localhost"), ("Mail:Smtp:Port", $"{port}")).GetRequiredService<MailOptions>().Smtp!.Port);

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

    [Theory]
    [InlineData(null, 365)]
    [InlineData("00:00:00", 0)]
    [InlineData("7.00:00:00", 7)]
    public void Without_a_beginning_a_year_before_the_first_run_is_still_news_or_as_long_as_is_set(string? set, int days)
    {
        var firstRun = new DateTimeOffset(2026, 12, 1, 8, 0, 0, TimeSpan.Zero);
        using var read = Read([("Hub:LookBack", set)], services => services.AddSingleton<RememberedBeginning>(() => firstRun));

        Assert.Equal(firstRun.AddDays(-days), read.GetRequiredService<FunnelSettings>().LiveSince);
    }

    [Fact]
    public void A_look_into_the_future_is_a_fault() =>
        Assert.Contains(Assert.Throws<InvalidSettingsException>(() => Read(("Hub:LookBack", "-1.00:00:00"))).Faults, fault => fault.StartsWith("Hub:LookBack: must be a time", StringComparison.Ordinal));

    [Fact]
    public void The_beginning_of_the_hub_may_be_set_and_is_in_utc()
    {
        Assert.Equal(new DateTimeOffset(2026, 12, 1, 8, 0, 0, TimeSpan.Zero), Read(("Hub:LiveSince", "2026-12-01T08:00")).GetRequiredService<FunnelSettings>().LiveSince);
        Assert.Contains(Assert.Throws<InvalidSettingsException>(() => Read(("Hub:LiveSince", "soon"))).Faults, fault => fault.StartsWith("Hub:LiveSince: must be an instant", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, 1_000)]
    [InlineData("1", 1)]
    [InlineData("off", null)]
    public void Effects_outwards_have_a_limit_unless_it_is_off(string? set, int? tasks) =>
        Assert.Equal(new OutwardOptions { TasksPerHour = tasks }, Read(("Outward:TasksPerHour", set)).GetRequiredService<OutwardOptions>());

    [Theory]
    [InlineData("TasksPerHour")]
    [InlineData("WritesPerHour")]
    [InlineData("AlertsPerHour")]
    public void A_limit_of_zero_is_a_fault_that_says_how_to_switch_it_off(string limit) =>
        Assert.StartsWith(
            $"Outward:{limit}: must be a whole number of 1 or more, or off, for example",
            Assert.Single(Assert.Throws<InvalidSettingsException>(() => Read(($"Outward:{limit}", "0"))).Faults), StringComparison.Ordinal);

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

        Assert.Equal(
            [
                "Funnel:Calendar:Hours: must be opening and closing within one day, or 00:00-24:00, for example 09:00-17:30.",
                "Funnel:RecycleTo: must be one of awareness, interest, evaluation, commitment, referral, repeat, for example awareness.",
                "Funnel:Stages:closing: must be one of Awareness, Interest, Evaluation, Commitment, Referral, Repeat, for example Funnel:Stages:Awareness.",
                "Funnel:Stages:evaluation:StallAfter: must be a time longer than zero as d.hh:mm:ss, for example 2.00:00:00.",
                "Funnel:Stages:interest:StallAfter: must be a time longer than zero as d.hh:mm:ss, for example 2.00:00:00.",
                "Hub:PublicUrl: must be an http or https address without query, for example https://hub.example.com.",
                "Mail:Smtp:Port: must be a port from 1 to 65535, for example 587.",
                "Teams:sales:Recipients: must be e-mail addresses with commas between them, for example ann@example.com,bob@example.com.",
            ],
            faults.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Funnel:Stages:7:Name", "Closing", "Funnel:Stages:7: must be one of Awareness")]
    [InlineData("Funnel:RecycleTo", "1", "Funnel:RecycleTo: must be one of awareness")]
    [InlineData("Funnel:SystemOfRecord", "salesforse", "Funnel:SystemOfRecord: must be one of the connectors hubspot, salesforce, for example hubspot.")]
    [InlineData("Funnel:Calender:Hours", "09:00-17:00", "Funnel:Calender: must be one of Stages")]
    [InlineData("Funnel:Calendar:WorkDays", "Mon-Fri", "Funnel:Calendar:WorkDays: must be one of TimeZone")]
    [InlineData("Funnel:Calendar:TimeZone", "Berlin", "Funnel:Calendar:TimeZone: must be an IANA time zone, for example Europe/Berlin.")]
    [InlineData("Funnel:Calendar:WorkingDays", "Monday", "Funnel:Calendar:WorkingDays: must be days and ranges of days, for example Mon-Fri.")]
    [InlineData("Funnel:Calendar:Hours", "17:00-09:00", "Funnel:Calendar:Hours: must be opening and closing within one day")]
    [InlineData("Funnel:Calendar:Holidays", "25.12.2026", "Funnel:Calendar:Holidays: must be dates, and spans of dates, for example 2026-12-25")]
    [InlineData("Teams:sales:Calendar:Hours", "9-5", "Teams:sales:Calendar:Hours: must be opening and closing")]
    [InlineData("Teams:sales:Calendar:Zone", "Europe/Berlin", "Teams:sales:Calendar:Zone: must be one of TimeZone")]
    [InlineData("Funnel:Stages:evaluation:StalAfter", "1.00:00:00", "Funnel:Stages:evaluation:StalAfter: must be one of Name, Owner, StallAfter")]
    [InlineData("Funnel:Stages:evaluation:Segments:b2b:Stall", "1.00:00:00", "Funnel:Stages:evaluation:Segments:b2b:Stall: must be one of StallAfter, AcceptWithin")]
    [InlineData("Funnel:Stages:evaluation:Segments:b2b:StallAfter", "long", "Funnel:Stages:evaluation:Segments:b2b:StallAfter: must be a time longer than zero")]
    [InlineData("Teams:sales:Recipient", "a@example.com", "Teams:sales:Recipient: must be one of Recipients")]
    [InlineData("Teams:sales:QuietHours", "evenings", "Teams:sales:QuietHours: must be beginning and end of a part of the day, for example 18:00-08:00.")]
    [InlineData("Alerts:HeadsUpAt", "0", "Alerts:HeadsUpAt: must be a share of the limit above 0 and below 1, or off, for example 0.75.")]
    [InlineData("Alerts:HeadsUpAt", "1", "Alerts:HeadsUpAt: must be a share")]
    [InlineData("Alerts:HeadsUpAt", "NaN", "Alerts:HeadsUpAt: must be a share")]
    [InlineData("Alerts:HeadsUpAt", "early", "Alerts:HeadsUpAt: must be a share")]
    [InlineData("Alerts:EscalateAt", "1", "Alerts:EscalateAt: must be a multiple of the limit above 1 and at most 100, or off, for example 2.")]
    [InlineData("Alerts:EscalateAt", "100.5", "Alerts:EscalateAt: must be a multiple")]
    [InlineData("Alerts:RepeatAfter", "0", "Alerts:RepeatAfter: must be a time longer than zero")]
    [InlineData("Alerts:AcknowledgedFor", "off", "Alerts:AcknowledgedFor: must be a time longer than zero")]
    [InlineData("Alerts:Snoozes", "-1", "Alerts:Snoozes: must be a whole number, where 0 allows no snooze, for example 3.")]
    [InlineData("Alerts:Snoozes", "some", "Alerts:Snoozes: must be a whole number")]
    public void A_wrong_setting_of_the_funnel_is_told_with_what_would_be_right(string key, string value, string expected)
    {
        var fault = Assert.Throws<InvalidSettingsException>(() => Read((key, value), ("Connectors:HubSpot:Type", "HubSpot"), ("Connectors:salesforce:Type", "Salesforce")));

        Assert.StartsWith(expected, Assert.Single(fault.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void What_decides_about_alerts_is_read_as_it_is_set()
    {
        using var usual = Read();
        using var set = Read(
            ("Connectors:Salesforce:Type", "Salesforce"),
            ("Funnel:SystemOfRecord", "SALESFORCE"),
            ("Alerts:HeadsUpAt", "0.5"),
            ("Alerts:EscalateAt", "1.5"),
            ("Alerts:RepeatAfter", "1.00:00:00"),
            ("Alerts:AcknowledgedFor", "04:00:00"),
            ("Alerts:Snoozes", "0"),
            ("Funnel:Calendar:TimeZone", "Europe/Berlin"),
            ("Teams:Sales:QuietHours", "18:00-08:00"),
            ("Funnel:Stages:evaluation:StallAfter", "04:00:00"),
            ("Funnel:Stages:evaluation:AcceptWithin", "01:00:00"),
            ("Funnel:Stages:evaluation:Segments:Enterprise:StallAfter", "5.00:00:00"),
            ("Funnel:Stages:evaluation:Segments:Partner:StallAfter", "off"));
        using var off = Read(("Alerts:HeadsUpAt", "off"), ("Alerts:EscalateAt", "Off"), ("Alerts:RepeatAfter", "off"));

        Assert.Equal(AlertPolicy.Default, usual.GetRequiredService<FunnelSettings>().Alerts);
        var funnel = set.GetRequiredService<FunnelSettings>();
        Assert.Equal("salesforce", funnel.SystemOfRecord);
        Assert.Equal(new AlertPolicy { HeadsUpAt = 0.5, EscalateAt = 1.5, RepeatAfter = TimeSpan.FromDays(1), AcknowledgedFor = TimeSpan.FromHours(4), Snoozes = 0 }, funnel.Alerts);
        Assert.Equal(new AlertPolicy { HeadsUpAt = null, EscalateAt = null }, off.GetRequiredService<FunnelSettings>().Alerts);
        Assert.Equal(new StageLimits(TimeSpan.FromDays(5), TimeSpan.FromHours(1)), funnel.Stages[FunnelStage.Evaluation].Segments["enterprise"]);
        Assert.Equal(new StageLimits(null, TimeSpan.FromHours(1)), funnel.Stages[FunnelStage.Evaluation].Segments["partner"]);
        Assert.Equal(new DateTimeOffset(2026, 1, 15, 7, 0, 0, TimeSpan.Zero), set.GetRequiredService<TeamsSettings>()[Team.Sales].QuietHours!.EndOf(new(2026, 1, 15, 2, 0, 0, TimeSpan.Zero)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("k1:")]
    [InlineData("k1:c2hvcnQ=")]
    [InlineData("k1:not base64, and as long as a secret has to be")]
    [InlineData("YSBwZXBwZXIgb2YgdGVzdHMsIGFuZCBubyBzZWNyZXQ=")]
    [InlineData("k-1:YSBwZXBwZXIgb2YgdGVzdHMsIGFuZCBubyBzZWNyZXQ=")]
    [InlineData("k1:YSBwZXBwZXIgb2YgdGVzdHMsIGFuZCBubyBzZWNyZXQ=,k1:b3RoZXIgcGVwcGVyIG9mIHRoZSB0ZXN0cywgbm8gc2VjcmV0")]
    public void Without_a_right_pepper_the_hub_does_not_start_and_says_how_to_make_one(string? peppers)
    {
        var fault = Assert.Single(Assert.Throws<InvalidSettingsException>(() => Read(("Hub:Peppers", peppers))).Faults);

        Assert.StartsWith("Hub:Peppers: must be secrets in Base64, newest first,", fault, StringComparison.Ordinal);
        Assert.Contains("openssl rand -base64 32", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("c2hvcnQ", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Peppers_are_read_newest_first()
    {
        var keys = Read(("Hub:Peppers", $"k2:b3RoZXIgcGVwcGVyIG9mIHRoZSB0ZXN0cywgbm8gc2VjcmV0, {Given.Peppers}")).GetRequiredService<PersonKeys>();

        var record = IdentityKey.Person("crm", "1");
        Assert.StartsWith("k2-", keys.TableKeyOf(record), StringComparison.Ordinal);
        Assert.Equal([Given.Keys.TableKeyOf(record)], keys.Older.Select(older => older.TableKeyOf(record)));
    }

    [Fact]
    public void A_secret_never_shows_in_a_fault()
    {
        var fault = Assert.Throws<InvalidSettingsException>(() => Read(("Mail:Smtp:Host", "m"), ("Mail:Smtp:Password", "hush-hush"), ("Mail:Smtp:Port", "x")));

        Assert.DoesNotContain("hush-hush", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_with_roles_opens_what_its_roles_carry()
    {
        var access = Read(("Hub:Keys:Monitor:Key", Strong), ("Hub:Keys:Monitor:Roles", "Hub.Ops, hub.reader"), ("Hub:FunctionKey", "local")).GetRequiredService<AccessOptions>();

        Assert.Equal(["default", "monitor"], access.Keys.Select(key => key.Name));
        Assert.Equal([Role.Ops, Role.Reader], access.Keys[1].Roles);
        Assert.Equal(Enum.GetValues<Role>(), access.Keys[0].Roles);
    }

    [Theory]
    [InlineData("Hub:Keys:Monitor:Key", "")]
    [InlineData("Hub:Keys:Monitor:Key", "0123456789012345678901234567890")]
    [InlineData("Hub:Keys:Monitor:Key", "abcdefghiabcdefghiabcdefghiabcdefghi")]
    [InlineData("Hub:Keys:Monitor:Key", "@Microsoft.KeyVault(VaultName=kv-hub;SecretName=key-monitor)")]
    [InlineData("Hub:Keys:Monitor:Roles", "")]
    [InlineData("Hub:Keys:Monitor:Roles", "Hub.Ops,Hub.Oops")]
    [InlineData("Hub:Keys:Monitor:Rolls", "Hub.Ops")]
    [InlineData("Hub:Keys:Other:Key", Strong)]
    public void A_weak_key_and_a_key_without_roles_stop_the_start(string key, string value)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Hub:Keys:Monitor:Key"] = Strong, ["Hub:Keys:Monitor:Roles"] = "Hub.Ops", ["Hub:Keys:Other:Key"] = new(Strong.Reverse().ToArray()), ["Hub:Keys:Other:Roles"] = "Hub.Ops",
            [key] = value,
        };

        var faults = Assert.Throws<InvalidSettingsException>(() => Read([.. settings.Select(setting => (setting.Key, setting.Value))])).Faults;

        Assert.StartsWith($"{key}: must be ", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_opens_everything_is_refused_on_Azure() => Assert.StartsWith(
        "Hub:FunctionKey: ",
        Assert.Single(Assert.Throws<InvalidSettingsException>(() => Read(("Hub:FunctionKey", Strong), ("Hub:PublicUrl", "https://hub.example.com"), ("WEBSITE_SITE_NAME", "func-hub"))).Faults),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("true", null, false)]
    [InlineData("true", "true", true)]
    [InlineData(null, "false", false)]
    public void A_key_may_stand_in_the_address_unless_people_sign_in(string? signIn, string? keyInUrl, bool allowed) =>
        Assert.Equal(allowed, Read(("Hub:SignIn", signIn), ("Hub:KeyInUrl", keyInUrl)).GetRequiredService<AccessOptions>().KeyInUrl);
}

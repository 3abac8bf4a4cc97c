using System.Collections.Immutable;
using System.Reflection;
using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests;

/// <summary>What of a journey and of the settings is in their fingerprints. A value that is stored somewhere must not change by itself.</summary>
public sealed class FingerprintTests
{
    private static readonly HandoffOwner Ann = new("ann", BusinessCalendar.Always, [new(2026, 5, 1)])
    {
        Email = "ann@example.com",
        Ids = ImmutableDictionary<string, string>.Empty.Add(Salesforce, "005A").Add(HubSpot, "77"),
    };

    private static readonly HandoffOwner Bob = new("bob", new("UTC", "Mon-Fri", "08:00-16:00", []), []);

    /// <summary>Every kind of setting, each with a value that is not its default.</summary>
    private static readonly FunnelSettings Full = Settings with
    {
        TeamCalendars = ImmutableDictionary<string, BusinessCalendar>.Empty
            .Add("support", BusinessCalendar.Always)
            .Add(Team.Sales, new("Europe/Berlin", "Mon-Fri", "09:00-17:30", [new(2026, 12, 25), new(2026, 1, 1)])),
        RecycleTo = FunnelStage.Awareness,
        Stages = Settings.Stages.SetItem(FunnelStage.Interest, Settings.Stages[FunnelStage.Interest] with
        {
            Name = "Förderer",
            StallAfter = TimeSpan.FromDays(2.5),
            AcceptWithin = TimeSpan.FromMinutes(90),
            Segments = StageSettings.NoSegments.Add("b2c", new(null, TimeSpan.FromHours(1))).Add("B2B", new(TimeSpan.FromDays(1), null)),
        }),
        Alerts = new() { HeadsUpAt = 0.5, EscalateAt = 2.25, RepeatAfter = TimeSpan.FromDays(1), AcknowledgedFor = TimeSpan.FromHours(3), Snoozes = 7 },
        Content =
        [
            new() { Title = "Über uns", Url = new("https://example.com/a?b=c"), Style = ContentStyle.Visionary },
            new() { Title = "Prices", Url = new("https://example.com/"), Style = ContentStyle.Tactical, Stages = [FunnelStage.Interest, FunnelStage.Evaluation], Segment = "b2*" },
        ],
        Campaigns = [new("Spring*", CampaignChannel.Pr), new("Autumn", CampaignChannel.Paid)],
        Routing = new()
        {
            Teams = ImmutableDictionary<string, TeamRoutes>.Empty.Add("support", new() { Routes = [], Fallback = Ann, Connector = HubSpot }).Add(Team.Sales, new()
            {
                Routes =
                [
                    new() { Name = "1", Segment = "b2b", Region = "DE", Company = "Con*", MinScore = 1.5m, MaxScore = 90, Stage = FunnelStage.Evaluation, Connector = Salesforce, Owner = Ann },
                    new() { Name = "2", Connector = Salesforce, RoundRobin = [Ann, Bob] },
                ],
                Fallback = Bob,
                Connector = Salesforce,
                RerouteAfter = TimeSpan.FromHours(4),
                MaxReroutes = 2,
            }),
        },
        WriteBack = new() { MaxOverwrites = 5, OverwriteWindow = TimeSpan.FromHours(5), EchoWithin = TimeSpan.FromHours(6), InStep = [PersonProperty.Segment, PersonProperty.Phone] },
    };

    [Fact]
    public void A_stored_hash_of_a_journey_stays_what_it_was()
    {
        Assert.Equal("f0526c6df7c3a5522ab75fd3844bb795c140c7af22930ecac5c38da645343c92", HashOf(Touch(TouchKind.PageVisit, 0)));
        Assert.Equal("2c039bb9aa66acda8f6416b570e89af7381c2178df384571cba7f2b91e8db51c", HashOf(MarketingClaims(FunnelStage.Interest, 0), Erased(5)));
        Assert.Equal("0ef27736a13e85a63460132499f1175ab675514265bb936f04abdae91b82eeed", HashOf(
            MarketingClaims(FunnelStage.Evaluation, 0, "sql") with { Past = true },
            Profile(new() { Phone = "+49 30 1", ComparablePhone = "+49301", Region = "Köln", Segment = "b2b", JobTitle = "<Dr>", Score = 1.50m }, 1, Salesforce),
            Linked(2, IdentityKey.Person(HubSpot, "1201"), IdentityKey.Person(Salesforce, "00Q")),
            Deleted(IdentityKey.Person(HubSpot, "1201"), 3),
            Booked("call", 20, 60)));
    }

    [Fact]
    public void A_stored_hash_of_settings_stays_what_it_was()
    {
        Assert.Equal("93da37df5f8ddc1647f30f8076f36c392966077f2df07d801a952f659da8cfc0", SettingsHash.Of(Settings));
        Assert.Equal("f5e6f0fdfb3e0438935fda14d7a70948f0560323df44fc741b2ed6f6101eb0c6", SettingsHash.Of(Full));
    }

    [Theory]
    [InlineData("journey", typeof(Journey), typeof(JourneyForm))]
    [InlineData("settings", typeof(FunnelSettings), typeof(SettingsForm))]
    public void A_new_property_is_hashed_or_left_out_on_purpose(string name, Type state, Type form) =>
        Approved.AssertSame(string.Concat(Cover(state, form, state.Name, null).Select(line => line + "\n")), "tests", "Funnel.Tests", "Fingerprints", $"{name}.approved.txt");

    /// <summary>Lists every public property that the state has, all the way down, with what the fingerprint makes of it.</summary>
    /// <param name="state">A type of the state.</param>
    /// <param name="form">The form of it; null where it is part of a value.</param>
    /// <param name="path">The way to it.</param>
    /// <param name="value">The value it is part of; null where it has a form.</param>
    private static IEnumerable<string> Cover(Type state, Type? form, string path, string? value)
    {
        foreach (var property in state.GetProperties(BindingFlags.Public | BindingFlags.Instance).OrderBy(property => property.Name, StringComparer.Ordinal))
        {
            var here = $"{path}.{property.Name}";
            var hashed = form?.GetProperty(property.Name);
            yield return $"{here}: {(value is not null ? $"within {value}" : hashed is not null ? "hashed" : "left out")}";
            var (inner, innerForm) = (Inner(property.PropertyType), hashed is null ? null : Inner(hashed.PropertyType));
            if (inner.Assembly == typeof(Journey).Assembly && !inner.IsEnum && (hashed ?? (object?)value) is not null)
            {
                foreach (var line in innerForm is { IsNested: true } ? Cover(inner, innerForm, here, null) : Cover(inner, null, here, value ?? here))
                {
                    yield return line;
                }
            }
        }
    }

    /// <summary>What a list, a dictionary or a nullable value holds.</summary>
    private static Type Inner(Type type) => type.IsGenericType ? Inner(type.GetGenericArguments()[^1]) : type;

    private static string HashOf(params Fact[] facts) => JourneyFold.Fold(Lead, facts, Settings).Hash;
}

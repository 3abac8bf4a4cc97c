using System.Globalization;
using System.Text.Json;
using static IntegrationHub.Funnel.FunnelStage;
using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests;

public sealed class JourneyFoldTests
{
    /// <summary>A life with every kind of fact but the last, and with what goes wrong in hashes: umlauts, amounts with trailing zeros, other offsets, ties.</summary>
    private static readonly Fact[] Life =
    [
        Linked(0, IdentityKey.Person(HubSpot, "1201"), IdentityKey.Deal(Salesforce, "006A")),
        Profile(new() { Email = "jörg@example.com", FirstName = "Jörg", LastName = "O'Neil \"J\" 😀", Company = "Müller & Söhne", Score = 12.50m }, 1),
        Consent(ConsentState.OptedIn, 2),
        Touch(TouchKind.Form, 3, "Spring", "Budget: 5.000 €"),
        MarketingClaims(Evaluation, 10, "salesqualifiedlead"),
        MarketingClaims(null, 11, "custom-7"),
        Accepted(15, "Bob"),
        Booked("call", 20, 60),
        Deal("006A", DealStatus.Open, 30, Commitment, "Negotiation", 1200.50m, "EUR") with { OccurredAt = Start.AddMinutes(30).ToOffset(TimeSpan.FromHours(5.5)) },
        Booked("call", 40, 90),
        Deal("006A", DealStatus.Won, 70, Commitment, "Closed Won"),
        Logged(95),
        Deleted(IdentityKey.Person(HubSpot, "1201"), 96),
        Merged(Given.Keys.LeadOf(IdentityKey.Person(HubSpot, "77")), 97),
        MarketingClaims(Referral, 100, "evangelist"),
        Deal("006B", DealStatus.Open, 200),
        Returned("no time", 300),
    ];

    [Theory]
    [InlineData("")]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    [InlineData("ar-SA")]
    [InlineData("th-TH")]
    public void A_stored_hash_stays_what_it_was_in_every_culture(string culture)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            Assert.Equal("1d718a8b374aca9e9e7776775090b717cc5fa420dc86f061b9c96787ece395f2", Folded(Life).Hash);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Every_part_of_a_journey_is_in_its_hash()
    {
        Fact[] added =
        [
            MarketingClaims(Referral, 301),
            MarketingClaims(null, 301, "custom-8"),
            Deal("006B", null, 250, amount: 1),
            Consent(ConsentState.OptedOut, 301),
            Profile(new() { Phone = "1" }, 301),
            Linked(301, IdentityKey.Person(Salesforce, "00Q")),
            Booked("demo", 301, 400),
            Logged(301),
            Erased(301),
        ];

        var hashes = added.Select(fact => Folded([.. Life, fact]).Hash).Append(Folded(Life).Hash).ToArray();
        Assert.Equal(hashes.Distinct(), hashes);
    }

    [Fact]
    public void Times_of_receipt_and_message_ids_are_not_part_of_a_journey()
    {
        var later = Life.Select(fact => fact with { ReceivedAt = fact.ReceivedAt.AddDays(3), MessageId = "again" });

        Assert.Equal(Folded(Life).Hash, JourneyFold.Fold(Lead, later, Settings).Hash);
    }

    [Fact]
    public void Facts_that_were_stored_as_JSON_fold_to_the_same_journey()
    {
        var stored = Life.Select(fact => JsonSerializer.Deserialize<Fact>(JsonSerializer.Serialize(fact))!);

        Assert.Equal(Folded(Life).Hash, JourneyFold.Fold(Lead, stored, Settings).Hash);
    }

    [Fact]
    public void Times_are_UTC_whatever_offset_a_tool_writes()
    {
        var journey = Folded(CrmClaims(Evaluation, 0) with { OccurredAt = Start.ToOffset(TimeSpan.FromHours(9)) }, Logged(1) with { OccurredAt = Start.AddMinutes(1).ToOffset(TimeSpan.FromHours(-5)) });

        Assert.Equal(TimeSpan.Zero, journey.EnteredAt.Offset);
        Assert.Equal(TimeSpan.Zero, journey.LastActivityAt?.Offset);
    }

    [Fact]
    public void Of_each_property_the_latest_word_counts_null_says_nothing_and_empty_clears()
    {
        var journey = Folded(
            Profile(new() { FirstName = "Ada", Company = "Contoso", Phone = "1", Score = 5 }, 0),
            Profile(new() { FirstName = "Augusta", Phone = "" }, 5),
            Profile(new() { FirstName = "Old", Company = "Older", JobTitle = "Dr" }, -5));

        Assert.Equal(new LeadProfile { FirstName = "Augusta", Company = "Contoso", JobTitle = "Dr", Score = 5 }, journey.Profile);
    }

    [Fact]
    public void Of_each_property_of_a_deal_the_latest_word_counts()
    {
        var journey = Folded(
            Deal("b", DealStatus.Open, 0, Evaluation, "Proposal", 10.50m, "EUR"),
            Deal("b", null, 5, amount: 12m) with { Owner = "Bob" },
            Deal("b", DealStatus.Won, 9, Commitment, "Closed Won"),
            Deal("b", null, 3, currency: "USD"),
            Deal("a", null, 20),
            Deal("c", DealStatus.Open, 21),
            Deal("c", DealStatus.Deleted, 22));

        Assert.Equal(
            [
                new Deal { Connector = Salesforce, Id = "a", Status = DealStatus.Open, OpenedAt = Start.AddMinutes(20), StatusSince = Start.AddMinutes(20), ChangedAt = Start.AddMinutes(20) },
                new Deal
                {
                    Connector = Salesforce,
                    Id = "b",
                    Stage = "Closed Won",
                    FunnelStage = Commitment,
                    Status = DealStatus.Won,
                    Amount = 12m,
                    Currency = "USD",
                    Owner = "Bob",
                    OpenedAt = Start,
                    StatusSince = Start.AddMinutes(9),
                    ChangedAt = Start.AddMinutes(9),
                },
            ],
            journey.Deals.AsEnumerable());
    }

    [Fact]
    public void Consent_is_the_latest_word_and_an_opt_out_wins_at_one_instant()
    {
        Assert.Equal(ConsentState.Unknown, Folded(Logged(0)).EmailConsent);
        Assert.Equal(ConsentState.OptedIn, Folded(Consent(ConsentState.OptedIn, 5), Consent(ConsentState.OptedOut, 0)).EmailConsent);
        Assert.Equal(ConsentState.OptedOut, Folded(Consent(ConsentState.OptedOut, 5) with { DedupeKey = "a" }, Consent(ConsentState.OptedIn, 5) with { DedupeKey = "b" }).EmailConsent);
    }

    [Fact]
    public void Identities_are_ordered_and_earlier_ones_stay_as_aliases()
    {
        Assert.True(EmailAddress.TryParse("old@example.com", out var old));
        Assert.True(EmailAddress.TryParse("new@example.com", out var current));

        var journey = Folded(Linked(5, IdentityKey.Email(current), IdentityKey.Person(HubSpot, "2")), Linked(0, IdentityKey.Email(old), IdentityKey.Person(HubSpot, "2"), IdentityKey.Person(HubSpot, "1")));

        Assert.Equal([IdentityKey.Person(HubSpot, "1"), IdentityKey.Person(HubSpot, "2"), IdentityKey.Email(current), IdentityKey.Email(old)], journey.Identities.AsEnumerable());
    }

    [Fact]
    public void The_next_activity_is_the_earliest_that_is_neither_moved_nor_called_off()
    {
        var journey = Folded(Booked("a", 0, 60), Booked("b", 1, 90), Booked("a", 5, 120), Booked("c", 6, 70), Booked("c", 8, null));

        Assert.Equal(Start.AddMinutes(90), journey.NextActivityAt);
        Assert.Equal(Start.AddMinutes(8), journey.LastActivityAt);
        Assert.Equal([new StallPause(Start, Start.AddMinutes(120))], journey.Pauses.AsEnumerable());
        Assert.Null(Folded(Booked("a", 0, 60), Booked("a", 5, null)).NextActivityAt);
    }

    [Fact]
    public void Of_two_facts_with_one_key_the_earlier_counts_whichever_came_first()
    {
        var (early, late) = (MarketingClaims(Interest, 0), MarketingClaims(Referral, 5) with { DedupeKey = MarketingClaims(Interest, 0).DedupeKey });

        Assert.Equal([Interest, Interest], [Folded(early, late).Stage, Folded(late, early).Stage]);
    }

    [Fact]
    public void A_lead_without_a_fact_has_no_journey() => Assert.Throws<ArgumentException>(() => JourneyFold.Fold(Lead, [], Settings));

    [Fact]
    public void A_stage_is_called_what_people_call_it()
    {
        var charity = Settings with { Stages = Settings.Stages.SetItem(Commitment, Settings.Stages[Commitment] with { Name = "Donation" }) };

        Assert.Equal("salesforce put the lead on Donation (Given)", JourneyFold.Fold(Lead, [CrmClaims(Commitment, 0, "Given")], charity).Entries[^1].Reason);
    }

    [Fact]
    public void What_a_tool_clears_is_its_own_word_and_no_other_tools()
    {
        var first = Given.Folded(Profile(new() { Phone = "1", Company = "Contoso" }, 0), Profile(new() { Phone = "", Company = "" }, 1, Given.Salesforce));
        var latest = Given.Folded(Profile(new() { Phone = "1" }, 0), Profile(new() { Phone = "2" }, 1, Given.Salesforce), Profile(new() { Phone = "" }, 2));
        var back = Given.Folded(Profile(new() { Phone = "1" }, 0), Profile(new() { Phone = "2" }, 1, Given.Salesforce), Profile(new() { Phone = "" }, 2, Given.Salesforce));
        var none = Given.Folded(Profile(new() { Phone = "1", Email = "ada@example.com", Score = 5 }, 0), Profile(new() { Phone = "", Email = "" }, 1) with { ScoreCleared = true });

        Assert.Equal(("1", "Contoso"), (first.Profile.Phone, first.Profile.Company));
        Assert.Equal(("2", Given.Salesforce), (latest.Profile.Phone, latest.ProfileSources[PersonProperty.Phone]));
        Assert.Equal(("1", Given.HubSpot), (back.Profile.Phone, back.ProfileSources[PersonProperty.Phone]));
        Assert.Equal(new LeadProfile(), none.Profile);
        Assert.Empty(none.ProfileSources);
    }

    [Fact]
    public void What_the_hub_wrote_does_not_come_back_when_the_tool_that_said_it_clears_it()
    {
        var journey = Given.Folded(
            Profile(new() { Phone = "1" }, 0), Profile(new() { Phone = "1" }, 1, Given.Salesforce) with { Echoes = [PersonProperty.Phone] }, Profile(new() { Phone = "" }, 2));

        Assert.Null(journey.Profile.Phone);
    }

    [Fact]
    public void An_amount_that_was_cleared_is_gone_and_one_that_is_not_said_stays()
    {
        var deal = Deal("1", DealStatus.Open, 0, amount: 100, currency: "EUR");

        var unsaid = Given.Folded(deal, Deal("1", null, 1));
        var cleared = Given.Folded(deal, Deal("1", null, 1) with { Cleared = [DealProperty.Amount] });

        Assert.Equal((100m, "EUR"), (unsaid.Deals[0].Amount, unsaid.Deals[0].Currency));
        Assert.Equal((null, "EUR"), (cleared.Deals[0].Amount, cleared.Deals[0].Currency));
    }

    [Fact]
    public void Two_spellings_of_one_telephone_number_are_no_news()
    {
        var journey = Given.Folded(
            Profile(new() { Phone = "030 1234567", ComparablePhone = "+49301234567" }, 0), Profile(new() { Phone = "+49 (30) 1234567", ComparablePhone = "+49301234567" }, 1));

        Assert.Equal("030 1234567", journey.Profile.Phone);
    }
}

using System.Globalization;
using static IntegrationHub.Funnel.FunnelStage;
using static IntegrationHub.Funnel.Tests.Reports.Months;
using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests.Reports;

/// <summary>The figures of whole stories.</summary>
public sealed class FunnelReportTests
{
    private static readonly Fact[] Skips = [Visit("2026-03-02"), Opened("A", "2026-03-05")];

    private static readonly Fact[] Recycled =
        [Form("2026-03-02"), Opened("A", "2026-03-09"), Lost("A", "2026-03-20"), Opened("B", "2026-04-10"), Won("B", "2026-04-24", 5_000, "EUR")];

    private static readonly Fact[] Repeats =
    [
        Form("2026-01-05"), Opened("A", "2026-01-08"), Won("A", "2026-01-15", 2_000, "EUR"), Claim(Referral, "2026-02-10"), Opened("B", "2026-03-03"),
        Won("B", "2026-03-31", 3_000, "EUR"),
    ];

    private static readonly Fact[] Returns = [Form("2026-03-02T08:00"), Claim(Evaluation, "2026-03-03T08:00"), GivenBack("No budget", "2026-03-04T10:00")];

    [Fact]
    public void Without_a_lead_all_counts_are_zero_and_all_rates_and_medians_unknown()
    {
        var report = ReportOf("2026-03-01", "2026-04-01", "2026-07-01");

        Assert.True(report.IsEmpty);
        Assert.Equal(6, report.Stages.Length);
        Assert.All(report.Stages, stage => Assert.Equal((0, 0, 0, null, null), (stage.Count, stage.Stalled, stage.Entries, stage.MedianDwell, stage.MedianAge)));
        Assert.All(report.Stages.SelectMany(stage => stage.Conversions), conversion => Assert.Null(conversion.Rate));
        Assert.Empty(report.Won);
    }

    [Fact]
    public void A_round_that_skips_a_stage_passes_through_it()
    {
        var report = ReportOf("2026-03-01", "2026-04-01", "2026-07-01", Skips);

        Assert.Equal((1, 0, 1), (report.Of(Awareness).Entries, report.Of(Interest).Entries, report.Of(Evaluation).Entries));
        Assert.Equal([(1, 1), (1, 1), (0, 1)], [report.Conversion(Awareness, Interest), report.Conversion(Interest, Evaluation), report.Conversion(Evaluation, Commitment)]);
    }

    [Fact]
    public void A_recycled_lead_stays_in_its_round()
    {
        var report = ReportOf("2026-03-01", "2026-05-01", "2026-08-01", Recycled);

        Assert.Equal((2, 2, 1), (report.Of(Interest).Entries, report.Of(Evaluation).Entries, report.Of(Commitment).Entries));
        Assert.Equal((1, 1), (report.Of(Evaluation).Outcomes.Lost, report.Of(Evaluation).Outcomes.WentOn));
        Assert.Equal([(1, 1), (1, 1)], [report.Conversion(Interest, Evaluation), report.Conversion(Evaluation, Commitment)]);
        Assert.Equal(new WonReport("EUR", 1, 5_000, 0, 1, 0), Assert.Single(report.Won));
    }

    [Fact]
    public void A_deal_after_a_referral_is_a_new_round_and_a_repeat()
    {
        var report = ReportOf("2026-01-01", "2026-04-01", "2026-08-01", Repeats);

        Assert.Equal([0, 1, 2, 1, 1, 1], report.Stages.Select(stage => stage.Entries));
        Assert.Equal(1, report.Of(Referral).Outcomes.WentOn);
        Assert.Equal((2, 2), report.Conversion(Evaluation, Commitment));
        Assert.Equal(new WonReport("EUR", 2, 5_000, 0, 1, 1), Assert.Single(report.Won));
    }

    [Fact]
    public void A_lead_that_sales_gave_back_was_returned()
    {
        var report = ReportOf("2026-03-01", "2026-04-01", "2026-08-01", Returns);

        Assert.Equal(1, report.Of(Evaluation).Outcomes.Returned);
        Assert.Equal((2, 1), (report.Of(Interest).Entries, report.Of(Interest).Outcomes.Here));
    }

    [Fact]
    public void A_late_fact_corrects_the_day_on_which_it_happened()
    {
        Fact form = Form("2026-04-01T08:00"), earlier = Form("2026-03-31T15:00");
        int EntriesOf(string from, string to, params Fact[] facts) => ReportOf(from, to, "2026-05-01", facts).Of(Interest).Entries;

        Assert.Equal((0, 1), (EntriesOf("2026-03-01", "2026-04-01", form), EntriesOf("2026-04-01", "2026-05-01", form)));
        Assert.Equal((1, 0), (EntriesOf("2026-03-01", "2026-04-01", form, earlier), EntriesOf("2026-04-01", "2026-05-01", form, earlier)));
    }

    [Fact]
    public void A_visit_that_is_heard_of_late_adds_a_stay_before_and_takes_none_away()
    {
        Fact form = Form("2026-03-01T10:00"), visit = Visit("2026-02-27T10:00");

        Assert.Equal(0, ReportOf("2026-02-01", "2026-03-01", "2026-04-01", [form]).Of(Awareness).Entries);
        Assert.Equal(1, ReportOf("2026-02-01", "2026-03-01", "2026-04-01", [form, visit]).Of(Awareness).Entries);
        Assert.Equal(1, ReportOf("2026-03-01", "2026-04-01", "2026-04-01", [form, visit]).Of(Interest).Entries);
    }

    [Theory]
    [InlineData("2026-03-31T21:59", 1, 0)]
    [InlineData("2026-03-31T22:00", 0, 1)]
    [InlineData("2026-03-31T22:30", 0, 1)]
    public void A_day_is_cut_in_the_zone_of_the_reports(string at, int march, int april)
    {
        Assert.Equal(march, ReportOf("2026-03-01", "2026-04-01", "2026-05-01", [Form(at)]).Of(Interest).Entries);
        Assert.Equal(april, ReportOf("2026-04-01", "2026-05-01", "2026-05-01", [Form(at)]).Of(Interest).Entries);
    }

    [Theory]
    [InlineData("2026-03-29T00:30", "2026-W13")]
    [InlineData("2026-03-29T22:30", "2026-W14")]
    public void A_week_is_an_ISO_week_in_the_zone_of_the_reports(string at, string week) =>
        Assert.Equal(week, ReportOf("2026-03-02", "2026-05-01", "2026-05-01", [Form(at)]).Series.Single(its => its.Entries.Interest == 1).Period);

    [Fact]
    public void Figures_do_not_depend_on_the_order_or_on_repetitions()
    {
        foreach (var story in new[] { Skips, Recycled, Repeats, Returns })
        {
            var tally = TallyRules.Of(StateOf(story), Berlin);
            for (var seed = 0; seed < 20; seed++)
            {
                Fact[] again = [.. AnyFacts.Redelivered(story, seed), .. AnyFacts.Redelivered(story, seed + 100)];
                var state = AnyFacts.Deliveries(again, seed).Aggregate(JourneyState.New(Lead), (known, facts) => JourneyRules.Decide(known, facts, Berlin, Start).State);
                Assert.Equal(tally.Tally.Cells, TallyRules.Of(state, Berlin).Tally.Cells);
            }
        }
    }

    [Fact]
    public void A_deal_of_two_leads_is_won_once()
    {
        var won = Won("A", "2026-03-10", 10_000, "EUR");
        var report = ReportOf("2026-03-01", "2026-04-01", "2026-08-01", [Form("2026-03-02"), won], [Form("2026-03-03"), won]);

        Assert.Equal(new WonReport("EUR", 1, 10_000, 0, 1, 0), Assert.Single(report.Won));
        Assert.Equal(2, report.Of(Commitment).Entries);
    }

    [Fact]
    public void Currencies_are_never_added_and_a_deal_without_an_amount_counts()
    {
        var report = ReportOf(
            "2026-03-01", "2026-04-01", "2026-08-01",
            [Won("A", "2026-03-10", 1_000, "eur")], [Won("B", "2026-03-10", 500, "USD")], [Won("C", "2026-03-10", 300)], [Won("D", "2026-03-10", null, "EUR")]);

        Assert.Equal([new(null, 1, 300, 0, 1, 0), new("EUR", 2, 1_000, 1, 2, 0), new("USD", 1, 500, 0, 1, 0)], report.Won.AsEnumerable());
    }

    [Fact]
    public void A_reopened_deal_is_not_won_and_a_new_amount_counts_on_the_old_day()
    {
        Fact won = Won("A", "2026-03-10", 5_000, "EUR");

        Assert.Empty(ReportOf("2026-03-01", "2026-04-01", "2026-08-01", [won, Opened("A", "2026-04-02")]).Won);
        Assert.Equal(1, ReportOf("2026-03-01", "2026-04-01", "2026-08-01", [won, Opened("A", "2026-04-02")]).Of(Commitment).Outcomes.Back);
        var corrected = ReportOf("2026-03-01", "2026-04-01", "2026-08-01", [won, On(Deal("A", null, 0, amount: 4_500), "2026-04-02")]);
        Assert.Equal(4_500, Assert.Single(corrected.Won).Amount);
    }

    [Fact]
    public void A_deal_is_won_on_the_tools_close_date_where_it_tells_one()
    {
        Fact[] story = [Won("A", "2026-04-02T07:00", 5_000, "EUR") with { ClosedOn = new(2026, 3, 31) }];

        Assert.Equal(5_000, Assert.Single(ReportOf("2026-03-01", "2026-04-01", "2026-08-01", story).Won).Amount);
        Assert.Empty(ReportOf("2026-04-01", "2026-05-01", "2026-08-01", story).Won);
    }

    [Theory]
    [InlineData("2026-06-01", 0, 1)]
    [InlineData("2026-08-17", 0, 1)]
    [InlineData("2026-08-18", 1, 0)]
    public void A_round_that_is_too_young_is_left_out(string today, int reached, int tooYoung)
    {
        var conversion = ReportOf("2026-05-01", "2026-06-01", today, [Form("2026-05-20")]).Of(Interest).Conversions.Single();

        Assert.Equal((90, reached, 0, tooYoung), (conversion.Within, conversion.Reached, conversion.Converted, conversion.TooYoung));
        Assert.Equal(reached == 0 ? null : 0m, conversion.Rate);
    }

    [Theory]
    [InlineData("2026-05-31T10:00", 1)]
    [InlineData("2026-05-31T10:01", 0)]
    public void A_conversion_counts_within_its_days_to_the_minute(string opened, int converted) =>
        Assert.Equal((converted, 1), ReportOf("2026-03-01", "2026-04-01", "2026-12-01", [Form("2026-03-02T10:00"), Opened("A", opened)]).Conversion(Interest, Evaluation));

    [Fact]
    public void A_median_is_the_middle_stay_that_ended_and_unknown_for_fewer_than_five()
    {
        Fact[][] stays = [.. new[] { 1, 2, 3, 4, 100 }.Select(days => new Fact[]
        {
            Opened("A", "2026-01-01"), On(Deal("A", DealStatus.Lost, 0), new DateOnly(2026, 1, 1).AddDays(days).ToString("O", CultureInfo.InvariantCulture)),
        })];

        var five = ReportOf("2026-01-01", "2026-12-01", "2026-12-01", stays).Of(Evaluation);
        Assert.Equal(5, five.DwellOf);
        Assert.InRange(five.MedianDwell!.Value, TimeSpan.FromDays(3) * 0.975, TimeSpan.FromDays(3) * 1.025);
        var four = ReportOf("2026-01-01", "2026-12-01", "2026-12-01", stays[..4]).Of(Evaluation);
        Assert.Equal((4, (TimeSpan?)null), (four.DwellOf, four.MedianDwell));
    }

    [Fact]
    public void A_lead_waits_once_it_reached_its_limit_whatever_became_of_the_alert()
    {
        var state = StateOf(Opened("A", "2026-03-02T09:00"));
        var alert = new Alert
        {
            Id = "1", Kind = AlertKind.StageOverdue, Level = 1, Stage = Evaluation, EnteredAt = At("2026-03-02T09:00:00Z"), DueAt = At("2026-03-04T09:00:00Z"), At = At("2026-03-04T09:00:00Z"),
        };

        Assert.Equal(0, Waiting());
        Assert.Equal(0, Waiting(alert with { Level = 0 }));
        Assert.Equal(1, Waiting(alert));
        Assert.Equal(0, Waiting(alert with { EnteredAt = At("2026-03-01T09:00:00Z") }));
        Assert.Equal(0, Waiting(alert with { Stage = Interest }));

        int Waiting(params Alert[] alerts) =>
            OfTallies(TallyViews.All, "2026-03-01", "2026-04-01", "2026-03-10", [TallyRules.Of(state with { Ledger = state.Ledger with { Alerts = [.. alerts] } }, Berlin)]).Of(Evaluation).Stalled;
    }

    [Fact]
    public void It_sticks_where_the_largest_share_waits_of_at_least_three()
    {
        FunnelReport Sticks(int waiting) => OfTallies(TallyViews.All, "2026-03-01", "2026-04-01", "2026-03-10", [.. Enumerable.Range(0, 3).Select(i => Waits(Evaluation, i < waiting))]);

        Assert.Equal(Evaluation, Sticks(3).SticksAt);
        Assert.Null(Sticks(2).SticksAt);

        static LeadTally Waits(FunnelStage stage, bool waits)
        {
            var state = StateOf(Opened("A", "2026-03-02T09:00"));
            var alert = new Alert { Id = "1", Kind = AlertKind.StageOverdue, Level = 1, Stage = stage, EnteredAt = At("2026-03-02T09:00:00Z"), DueAt = At("2026-03-04T09:00:00Z"), At = At("2026-03-04T09:00:00Z") };
            return TallyRules.Of(state with { Ledger = state.Ledger with { Alerts = waits ? [alert] : [] } }, Berlin);
        }
    }

    [Fact]
    public void Somebody_whose_records_are_all_deleted_is_gone_and_does_not_stand_anywhere()
    {
        var record = IdentityKey.Person(HubSpot, "1");
        Fact[] story = [On(Linked(0, record), "2026-03-01"), Form("2026-03-02"), On(Deleted(record, 0), "2026-03-09")];

        var report = ReportOf("2026-03-01", "2026-04-01", "2026-05-01", story);

        Assert.Equal((0, 1, 1), (report.Of(Interest).Count, report.Of(Interest).Entries, report.Of(Interest).Outcomes.Gone));
    }

    [Fact]
    public void What_is_left_of_an_erased_person_are_sums_of_past_days()
    {
        var cells = TallyRules.Of(StateOf([.. Recycled[..2]]), Berlin).Tally.Cells;

        var rest = ErasedTallyRules.RestOf(cells);

        Assert.DoesNotContain(rest.Keys, cell => cell.Month == TallyCell.Now);
        var report = OfTallies(TallyViews.All, "2026-03-01", "2026-05-01", "2026-08-01", [new(new(rest), LeadTally.None.Deals)]);
        Assert.Equal((1, 1, 1), (report.Of(Interest).Outcomes.WentOn, report.Of(Evaluation).Outcomes.Erased, report.Of(Evaluation).Entries));
        Assert.Equal((0, 0), (report.Of(Evaluation).Outcomes.Here, report.Of(Evaluation).Count));
    }

    [Fact]
    public void The_segments_add_up_to_all_and_the_outcomes_to_those_who_came()
    {
        Fact[][] leads = [Skips, [.. Recycled, On(Profile(new() { Segment = " B2B " }, 0), "2026-03-01")], Repeats, [.. Returns, On(Profile(new() { Segment = "b2b" }, 0), "2026-03-01")]];
        FunnelReport Of(string view) => ReportOf(view, "2026-01-01", "2026-08-01", "2026-08-01", leads);

        var (all, none, b2b) = (Of(TallyViews.All), Of(TallyViews.OfSegment(null)), Of(TallyViews.OfSegment("b2b")));

        foreach (var stage in Enum.GetValues<FunnelStage>())
        {
            Assert.Equal(all.Of(stage).Entries, none.Of(stage).Entries + b2b.Of(stage).Entries);
            Assert.Equal(all.Of(stage).Count, none.Of(stage).Count + b2b.Of(stage).Count);
            Assert.Equal(all.Of(stage).Entries, all.Of(stage).Outcomes.Sum);
        }

        Assert.Equal(all.Won.Sum(won => won.Amount), none.Won.Concat(b2b.Won).Sum(won => won.Amount));
        Assert.Equal(2, b2b.Of(Evaluation).Outcomes.WentOn + b2b.Of(Evaluation).Outcomes.Returned);
    }

    [Fact]
    public void A_campaign_has_the_stays_that_ended_after_the_lead_met_it()
    {
        Fact[] story = [Visit("2026-03-01"), Form("2026-03-02", "Spring"), Opened("A", "2026-03-09"), On(Touch(TouchKind.Click, 0, "News"), "2026-03-12")];
        FunnelReport Of(string campaign) => ReportOf(TallyViews.OfCampaign(campaign), "2026-03-01", "2026-04-01", "2026-08-01", story);

        Assert.Equal((0, 1, 1), (Of("spring").Of(Awareness).Entries, Of("Spring ").Of(Interest).Entries, Of("Spring").Of(Evaluation).Entries));
        Assert.Equal((0, 0, 1), (Of("News").Of(Awareness).Entries, Of("News").Of(Interest).Entries, Of("News").Of(Evaluation).Entries));
    }

    [Fact]
    public void Only_a_changed_tally_is_announced_and_a_thousand_touches_of_a_day_change_it_once()
    {
        Fact[] touches = [.. Enumerable.Range(0, 1_000).Select(minute => Touch(TouchKind.Form, minute, "Spring"))];
        var (first, changed) = Note(JourneyState.New(Lead), touches[0]);
        Assert.Equal((1, Lead), (first.Ledger.Tally!.Number, changed!.LeadId));

        var (second, again) = Note(first, touches[1..]);
        Assert.Null(again);
        Assert.Equal(first.Ledger.Tally, second.Ledger.Tally);

        var (third, moved) = Note(second, Deal("A", DealStatus.Open, 2_000));
        Assert.Equal(2, third.Ledger.Tally!.Number);
        Assert.NotEqual(changed.Id, moved!.Id);

        static (JourneyState State, TallyChanged? Event) Note(JourneyState known, params Fact[] facts)
        {
            var decided = JourneyRules.Decide(known, facts, Berlin, Start);
            return TallyRules.Note(decided.State, decided.Journey, Berlin, Start);
        }
    }

    [Fact]
    public void A_bucket_is_at_most_two_and_a_half_percent_off()
    {
        for (var minutes = 1d; minutes < 3_000_000; minutes *= 1.013)
        {
            var middle = DwellBuckets.Middle(DwellBuckets.Of(TimeSpan.FromMinutes(minutes)));
            Assert.InRange(middle.TotalMinutes / minutes, 0.97, 1.03);
        }

        Assert.Equal(TimeSpan.Zero, DwellBuckets.Middle(DwellBuckets.Of(TimeSpan.FromSeconds(59))));
    }

    [Theory]
    [InlineData(null, null, null, "2026-02-09", "2026-05-14")]
    [InlineData("week", null, null, "2026-02-09", "2026-05-14")]
    [InlineData("month", null, null, "2025-05-01", "2026-05-14")]
    [InlineData("quarter", null, null, "2024-04-01", "2026-05-14")]
    [InlineData(null, "2026-03-01", null, "2026-03-01", "2026-05-14")]
    [InlineData(null, "2026-03-01", "2026-03-02", "2026-03-01", "2026-03-02")]
    [InlineData(null, "2023-03-01", "2026-03-01", "2023-03-01", "2026-03-01")]
    [InlineData(null, "2023-03-01", "2026-03-02", null, null)]
    [InlineData(null, "2026-03-01", "2026-03-01", null, null)]
    [InlineData(null, null, "2026-03-01", null, null)]
    [InlineData("week", "2026-03-01", null, null, null)]
    [InlineData("year", null, null, null, null)]
    [InlineData(null, "1.3.2026", null, null, null)]
    public void A_window_is_a_word_or_two_days(string? time, string? from, string? to, string? first, string? end)
    {
        var window = ReportWindow.Read(time, from, to, new(2026, 5, 13));

        Assert.Equal((first, end), (window?.From.ToString("O", CultureInfo.InvariantCulture), window?.To.ToString("O", CultureInfo.InvariantCulture)));
    }
}

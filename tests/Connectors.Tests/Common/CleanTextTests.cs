using IntegrationHub.Connectors.Events;
using IntegrationHub.Funnel;

namespace IntegrationHub.Connectors.Tests.Common;

public sealed class CleanTextTests
{
    [Theory]
    [InlineData("Call +49 170 1234567, ada@example.com", "Call …, …")]
    [InlineData("ask (030) 123-4567 first", "ask … first")]
    [InlineData("0170/1234567", "…")]
    [InlineData("555-123-4567", "…")]
    [InlineData("Ada.Lovelace+x@mail.example.co.uk wrote", "… wrote")]
    [InlineData("see https://example.com/a?token=1&u=ada for more", "see https://example.com/a… for more")]
    public void What_names_or_reaches_a_person_is_taken_out(string text, string clean) => Assert.Equal(clean, CleanText.Of(text));

    [Theory]
    [InlineData("No budget before 2026-03-31")]
    [InlineData("decides on 01.04.2026")]
    [InlineData("EUR 1.200.000,00 is too much")]
    [InlineData("10,000,000 visits a month")]
    [InlineData("wants version 10.2.3 @ scale")]
    [InlineData("see https://example.com/a for more")]
    public void Dates_amounts_and_plain_links_stay(string text) => Assert.Equal(text, CleanText.Of(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \n")]
    public void Nothing_is_nothing(string? text) => Assert.Null(CleanText.Of(text, 200));

    [Fact]
    public void A_long_text_is_cut_to_one_line() => Assert.Equal($"a {new string('b', 197)}…", CleanText.Of($"a\n{new string('b', 500)}", 200));

    [Theory]
    [InlineData("Called.\n#ask Runs on premises?\nBye", "Runs on premises?")]
    [InlineData("we spoke #ASK: what does it cost", "what does it cost")]
    [InlineData("#ask one\r\n#ask two\r\n#ask one", "one|two")]
    [InlineData("#asked nothing", "")]
    [InlineData("#ask", "")]
    [InlineData("#ask  - ", "")]
    [InlineData("no question", "")]
    public void A_question_is_the_rest_of_a_line_behind_the_tag(string text, string questions) =>
        Assert.Equal(questions, string.Join('|', QuestionText.In("00T", QuestionText.DefaultTag, null, text).Select(question => question.Text)));

    [Fact]
    public void A_reason_a_lost_reason_and_a_question_are_facts_without_addresses_and_phone_numbers()
    {
        const string given = "Call +49 170 1234567, ada@example.com";
        var header = new EventHeader("key", ToolSide.Crm, DateTimeOffset.UnixEpoch) { People = [IdentityKey.Person("crm", "1")] };
        SourceEvent[] events =
        [
            new HandoffReturnedEvent(header) { ToStageRaw = "Closed", Reason = given },
            new DealChangedEvent(header) { DealId = "006", Meaning = DealStageMeaning.Lost, LostReason = given },
            new ActivityEvent(header) { Questions = [new("00T", given)] },
        ];

        var facts = events.SelectMany(source => FactMapper.ToFacts(source, "crm", DateTimeOffset.UnixEpoch, null)).ToList();

        Assert.Equal("Call …, …", facts.OfType<HandoffReturned>().Single().Reason);
        Assert.Equal("Call …, …", facts.OfType<DealChanged>().Single().LostReason);
        Assert.Equal("Call …, …", facts.OfType<QuestionAsked>().Single().Text);
    }

    [Fact]
    public void A_question_is_one_fact_however_often_its_activity_is_read()
    {
        var header = new EventHeader("first", ToolSide.Crm, DateTimeOffset.UnixEpoch);
        var first = Asked(new ActivityEvent(header) { Questions = [new("00T", "Price?")] });

        Assert.Equal(first, Asked(new ActivityEvent(header with { DedupeKey = "second" }) { Questions = [new("00T", "Price?")] }));
        Assert.NotEqual(first, Asked(new ActivityEvent(header) { Questions = [new("00U", "Price?")] }));

        static string Asked(ActivityEvent source) => FactMapper.ToFacts(source, "crm", default, null).OfType<QuestionAsked>().Single().DedupeKey;
    }
}

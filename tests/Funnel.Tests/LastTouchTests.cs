using static IntegrationHub.Tests.Support.Given;

namespace IntegrationHub.Funnel.Tests;

public sealed class LastTouchTests
{
    public static TheoryData<Fact, string> Touches => new()
    {
        { Touch(TouchKind.Form, 30, "Webinar 2026"), "sent a form of Webinar 2026" },
        { Logged(30), "call, meeting or note" },
        { Booked("call", 30, 60), "appointment made" },
        { Accepted(30), "taken up" },
        { Asked("Runs on premises?", 30), "asked a question" },
        { Deal("1", DealStatus.Open, 30), "deal changed" },
    };

    [Theory]
    [MemberData(nameof(Touches))]
    public void The_last_touch_is_what_the_person_or_a_team_did_last(Fact last, string what)
    {
        Fact[] facts = [CrmClaims(FunnelStage.Evaluation, 0), Touch(TouchKind.PageVisit, 10), Logged(20), last, Profile(new() { Company = "Engines" }, 40)];

        Assert.Equal(new LastTouch(Start.AddMinutes(30), what), LastTouch.Of(Folded(facts), facts));
    }

    [Fact]
    public void What_a_tool_only_states_is_no_touch()
    {
        Fact[] facts = [CrmClaims(FunnelStage.Evaluation, 0), Profile(new() { Company = "Engines" }, 40), Consent(ConsentState.OptedIn, 50)];

        Assert.Null(LastTouch.Of(Folded(facts), facts));
    }

    [Fact]
    public void Work_that_was_summed_up_is_still_the_last_touch() =>
        Assert.Equal(new LastTouch(Start.AddMinutes(20), null), LastTouch.Of(Folded(Logged(20)), []));
}

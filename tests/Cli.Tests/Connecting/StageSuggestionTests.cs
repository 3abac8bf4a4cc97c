using IntegrationHub.Cli.Checking;
using IntegrationHub.Cli.Connecting;
using IntegrationHub.Connectors.Events;

namespace IntegrationHub.Cli.Tests.Connecting;

public sealed class StageSuggestionTests
{
    [Theory]
    [InlineData(StageMapKind.Person, "1234", "Sales Qualified Lead", "evaluation")]
    [InlineData(StageMapKind.Person, "supporter", null, "interest")]
    [InlineData(StageMapKind.Person, "Bestandskunde", null, "repeat")]
    [InlineData(StageMapKind.Person, "other", "Other", null)]
    [InlineData(StageMapKind.Person, "lost", null, null)]
    [InlineData(StageMapKind.Deal, "signed", "Signed", "won")]
    [InlineData(StageMapKind.Deal, "99", "Angebot abgelehnt", "lost")]
    [InlineData(StageMapKind.Deal, "7", "Negotiation", "commitment")]
    public void A_stage_is_suggested_by_its_words(StageMapKind map, string raw, string? label, string? meaning) =>
        Assert.Equal(meaning, StageSuggestionRules.Suggest(new(map, raw, label, null)));

    [Fact]
    public void What_a_tool_answers_names_parameters_and_the_map_to_copy()
    {
        var tool = new ConnectedTool(
            "hubspot", "HubSpot",
            [new("", true, "contacts can be read"), new("ReturnReasonProperty", false, "the contact property does not exist"), new("", null, "look there")],
            [(new(StageMapKind.Person, "it's", "Hot lead", null), "interest"), (new(StageMapKind.Deal, "42", "Odd", null), null)]);

        Assert.Equal(
            """
            hubspot (HubSpot):
              ok   contacts can be read
              FAIL connectors.hubspot.returnReasonProperty: the contact property does not exist
              look look there
              map  stages without a meaning: 1. Add what is right to connectors.hubspot.stageMap:
                     'it\'s': 'interest' // Hot lead
              map  stages without a meaning: 1. Add what is right to connectors.hubspot.dealStageMap:
                     // '42': no suggestion // Odd
            """,
            ConnectText.Describe([tool], new ParameterNames([], null)),
            ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void A_secret_comes_from_the_map_first_and_then_from_the_environment()
    {
        var secrets = new SecretSource(
            new Dictionary<string, string> { ["hubspot-access-token"] = "mapped" },
            name => name is "HUBSPOT_ACCESS_TOKEN" or "HUBSPOT_CLIENT_SECRET" ? "set" : null);

        Assert.Equal(("mapped", "set", null), (secrets.Find("hubspot-access-token"), secrets.Find("hubspot-client-secret"), secrets.Find("other")));
    }
}

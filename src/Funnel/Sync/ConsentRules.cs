namespace IntegrationHub.Funnel;

/// <summary>Finds what the tools said themselves about consent. Pure.</summary>
public static class ConsentRules
{
    /// <summary>Returns when tools opted the person out by themselves, in a fact.</summary>
    public static IEnumerable<SummedOptOut> OwnOptOuts(Fact fact) => fact switch
    {
        ConsentChanged { Email: ConsentState.OptedOut } said when !said.IsEchoOf(PersonProperty.Consent) =>
            [new(said.Connector, said.OccurredAt.ToUniversalTime())],
        FactsSummed sum => sum.OptOuts,
        _ => [],
    };

    /// <summary>Returns when a tool last said whether the person may be mailed; null for never.</summary>
    internal static DateTimeOffset? SaidAt(IEnumerable<Fact> facts) => facts.Max(fact => fact switch
    {
        ConsentChanged said when !said.IsEchoOf(PersonProperty.Consent) => said.OccurredAt,
        FactsSummed sum => sum.Person.ConsentAt,
        _ => (DateTimeOffset?)null,
    });
}

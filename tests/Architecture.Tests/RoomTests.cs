using ArchUnitNET.Fluent;
using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace IntegrationHub.Architecture.Tests;

/// <summary>Feature folders of the function app use what is below them, and never each other in circles.</summary>
public sealed class RoomTests
{
    private static readonly ArchUnitNET.Domain.Architecture Hub = new ArchLoader()
        .LoadAssemblies(SourceTree.Layer("Functions"), SourceTree.Layer("Connectors"), SourceTree.Layer("Funnel"))
        .Build();

    private static readonly ArchUnitNET.Domain.Architecture Here = new ArchLoader().LoadAssemblies(typeof(RoomTests).Assembly).Build();

    [Fact]
    public void Features_do_not_use_each_other_in_circles() => Circles("IntegrationHub.Functions").Check(Hub);

    [Fact]
    public void A_circle_is_seen() => Assert.False(Circles("IntegrationHub.Architecture.Tests.Circle").HasNoViolations(Here));

    [Fact]
    public void What_has_no_circle_passes() => Assert.True(Circles("IntegrationHub.Architecture.Tests.Line").HasNoViolations(Here));

    [Theory]
    [InlineData("Platform", "Platform")]
    [InlineData("Journeys", "Platform|Journeys")]
    public void The_floor_knows_no_feature(string room, string known) => Below(room, known).Check(Hub);

    [Fact]
    public void A_floor_that_knows_a_feature_is_seen() => Assert.False(Below("Identity", "Platform").HasNoViolations(Hub));

    private static SliceRule Circles(string root) => SliceRuleDefinition.Slices().Matching($"{root}.(*)").Should().BeFreeOfCycles();

    private static IArchRule Below(string room, string known) => Types().That().ResideInNamespaceMatching($@"^IntegrationHub\.Functions\.{room}(\.|$)")
        .Should().NotDependOnAny(Types().That().ResideInNamespaceMatching($@"^IntegrationHub\.Functions\.(?!({known})(\.|$))\w"));
}

using System.Reflection;
using System.Runtime.CompilerServices;

namespace IntegrationHub.Architecture.Tests;

/// <summary>What the file tree promises, held against the code as it is.</summary>
public sealed class ArchitectureTests
{
    /// <summary>Where the parts are put together, and where alone a stand-in may be named.</summary>
    private const string CompositionRoot = "src/Functions/Program.cs";

    private static readonly string[] Sources = [.. SourceTree.Layers.Select(layer => $"src/{layer}")];

    public static TheoryData<string> Layers => [.. SourceTree.Layers];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Arrows_point_down_only(string layer)
    {
        Assert.Empty(Guards.ArrowsUp(layer, SourceTree.References(SourceTree.Layer(layer))));
        Assert.Empty(SourceTree.Files([$"src/{layer}"], ".csproj").SelectMany(project => Guards.ProjectArrowsUp(layer, project)));
    }

    [Fact]
    public void The_funnel_knows_only_the_runtime() => Assert.Empty(Guards.BeyondRuntime(SourceTree.References(SourceTree.Layer("Funnel"))));

    [Fact]
    public void The_funnel_has_no_clock_no_chance_and_no_world_outside() =>
        Assert.Empty(SourceTree.Files(["src/Funnel"], ".cs").SelectMany(Guards.OutsideWorld));

    [Fact]
    public void Only_the_composition_root_may_name_what_stands_in_for_a_cloud() => Assert.Empty(
        SourceTree.Files([.. Sources, "samples"], ".cs", ".razor").Where(file => file.Path != CompositionRoot).SelectMany(Guards.NamesOfEmbedded));

    [Fact]
    public void No_code_and_no_project_knows_the_platform() =>
        Assert.Empty(SourceTree.Files(["src", "samples", "tests/Funnel.Tests", "tests/Functions.Tests", "tests/Connectors.Tests"], ".cs", ".razor", ".csproj").SelectMany(Guards.NamesOfPlatform));

    [Fact]
    public void Nothing_is_left_unfinished_or_switched_off() =>
        Assert.Empty(SourceTree.Files(["src", "samples"], ".cs", ".razor").SelectMany(Guards.Unfinished));

    [Theory]
    [MemberData(nameof(Layers))]
    public void No_type_ends_in_a_word_that_says_nothing(string layer) => Assert.Empty(Guards.NamesThatSayNothing(
        SourceTree.Layer(layer).GetTypes().Where(type => type.GetCustomAttribute<CompilerGeneratedAttribute>() is null).Select(type => type.Name)));

    [Fact]
    public void Every_public_class_stands_in_a_file_of_its_name() =>
        Assert.Empty(SourceTree.Files(Sources, ".cs").SelectMany(Guards.TypesInForeignFiles));

    [Fact]
    public void There_is_something_to_look_at() =>
        Assert.All(Sources, source => Assert.NotEmpty(SourceTree.Files([source], ".cs")));
}

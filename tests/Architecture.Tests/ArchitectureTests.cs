using System.Reflection;
using System.Runtime.CompilerServices;

namespace IntegrationHub.Architecture.Tests;

/// <summary>What the file tree promises, held against the code as it is.</summary>
public sealed class ArchitectureTests
{
    private static readonly string[] Sources = [.. SourceTree.Layers.Concat(SourceTree.Beside).Select(folder => $"src/{folder}")];

    /// <summary>Flows that have more dependencies than a class should. Nothing is added here.</summary>
    private static readonly string[] DependencyHeavy = ["HandoffFlow"];

    public static TheoryData<string> Layers => [.. SourceTree.Layers];

    public static TheoryData<string> Folders => [.. SourceTree.Layers, .. SourceTree.Beside];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Arrows_point_down_only(string layer) => Assert.Empty(Guards.ArrowsUp(layer, SourceTree.References(SourceTree.Layer(layer))));

    [Theory]
    [MemberData(nameof(Folders))]
    public void Arrows_of_projects_point_down_only_and_none_to_the_local_platform(string folder)
    {
        var projects = SourceTree.Files([$"src/{folder}"], ".csproj").ToList();

        Assert.Single(projects);
        Assert.Empty(projects.SelectMany(project => Guards.ProjectArrowsUp(folder, project)));
    }

    [Fact]
    public void Every_folder_of_the_source_is_known_here() =>
        Assert.Equal(Sources.Order(StringComparer.Ordinal), SourceTree.Folders("src").Order(StringComparer.Ordinal));

    [Fact]
    public void Only_the_Service_Bus_extension_stands_in_for_a_package() => Assert.Equal(
        ["src/ServiceBusExtension/Microsoft.Azure.Functions.Worker.Extensions.ServiceBus.csproj"], SourceTree.Files(["src"], ".csproj").SelectMany(Guards.StandsInForPackage));

    [Fact]
    public void The_funnel_knows_only_the_runtime() => Assert.Empty(Guards.BeyondRuntime(SourceTree.References(SourceTree.Layer("Funnel"))));

    [Fact]
    public void The_funnel_has_no_clock_no_chance_and_no_world_outside() =>
        Assert.Empty(SourceTree.Files(["src/Funnel"], ".cs").SelectMany(Guards.OutsideWorld));

    [Fact]
    public void No_code_is_compiled_for_one_platform_only() =>
        Assert.Empty(SourceTree.Files(["src", "samples", "tests"], ".cs", ".razor").SelectMany(Guards.ConditionalCode));

    [Fact]
    public void No_project_takes_the_source_of_another() =>
        Assert.Empty(SourceTree.Files(["src", "samples", "tests"], ".csproj").SelectMany(Guards.LinkedSources));

    [Fact]
    public void Nothing_is_left_unfinished_or_switched_off() =>
        Assert.Empty(SourceTree.Files(["src", "samples"], ".cs", ".razor").SelectMany(Guards.Unfinished));

    [Theory]
    [MemberData(nameof(Layers))]
    public void No_type_ends_in_a_word_that_says_nothing(string layer) => Assert.Empty(Guards.NamesThatSayNothing(
        SourceTree.Layer(layer).GetTypes().Where(type => type.GetCustomAttribute<CompilerGeneratedAttribute>() is null).Select(type => type.Name)));

    [Theory]
    [MemberData(nameof(Layers))]
    public void No_class_has_more_than_eight_dependencies(string layer) =>
        Assert.Empty(Guards.DependencyHeavy(SourceTree.Layer(layer).GetTypes()).Except(DependencyHeavy));

    [Fact]
    public void Every_public_class_stands_in_a_file_of_its_name() =>
        Assert.Empty(SourceTree.Files(Sources, ".cs").SelectMany(Guards.TypesInForeignFiles));

    [Fact]
    public void There_is_something_to_look_at() =>
        Assert.All(Sources, source => Assert.NotEmpty(SourceTree.Files([source], ".cs")));
}

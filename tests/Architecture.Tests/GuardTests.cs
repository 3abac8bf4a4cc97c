namespace IntegrationHub.Architecture.Tests;

/// <summary>A guard that sees nothing guards nothing: each is shown something broken, and something sound.</summary>
public sealed class GuardTests
{
    [Fact]
    public void References_that_are_there_are_seen() =>
        Assert.Contains("IntegrationHub.Funnel", SourceTree.References(SourceTree.Layer("Connectors")));

    [Theory]
    [InlineData("Funnel", "IntegrationHub.Connectors", false)]
    [InlineData("Funnel", "IntegrationHub.Functions", false)]
    [InlineData("Connectors", "IntegrationHub.Functions", false)]
    [InlineData("Connectors", "IntegrationHub.Funnel", true)]
    [InlineData("Functions", "IntegrationHub.Funnel", true)]
    [InlineData("Functions", "IntegrationHub.Connectors", true)]
    [InlineData("Functions", "Azure.Data.Tables", true)]
    [InlineData("Functions", "IntegrationHub.Cli", false)]
    [InlineData("Cli", "IntegrationHub.Functions", true)]
    [InlineData("Cli", "IntegrationHub.LocalPlatform", false)]
    [InlineData("Cli", "IntegrationHub.Connectors", true)]
    [InlineData("Functions", "IntegrationHub.LocalPlatform", false)]
    public void An_arrow_up_is_seen(string layer, string reference, bool sound) => Assert.Equal(sound, !Guards.ArrowsUp(layer, [reference]).Any());

    [Theory]
    [InlineData("Connectors", "../Funnel/IntegrationHub.Funnel.csproj", true)]
    [InlineData("Connectors", "../Functions/IntegrationHub.Functions.csproj", false)]
    [InlineData("Funnel", "../Connectors/IntegrationHub.Connectors.csproj", false)]
    [InlineData("Functions", "../LocalPlatform/IntegrationHub.LocalPlatform.csproj", false)]
    [InlineData("Functions", "../ServiceBusExtension/Microsoft.Azure.Functions.Worker.Extensions.ServiceBus.csproj", false)]
    [InlineData("LocalPlatform", "../Functions/IntegrationHub.Functions.csproj", false)]
    public void An_arrow_up_in_a_project_is_seen(string layer, string include, bool sound) => Assert.Equal(
        sound,
        !Guards.ProjectArrowsUp(layer, new("x.csproj", $"""<Project><ItemGroup><ProjectReference Include="{include}" /></ItemGroup></Project>""")).Any());

    [Theory]
    [InlineData("System.Text.Json", true)]
    [InlineData("Microsoft.Extensions.Logging.Abstractions", false)]
    [InlineData("Azure.Core", false)]
    public void A_package_in_the_funnel_is_seen(string reference, bool sound) => Assert.Equal(sound, !Guards.BeyondRuntime([reference]).Any());

    [Theory]
    [InlineData("src/Refit/Refit.csproj", false)]
    [InlineData("src/Funnel/IntegrationHub.Funnel.csproj", true)]
    public void A_project_that_stands_in_for_a_package_is_seen(string path, bool sound) => Assert.Equal(sound, !Guards.StandsInForPackage(new(path, "<Project />")).Any());

    [Theory]
    [InlineData("../Other/Clock.cs", false)]
    [InlineData("Clock.cs", true)]
    public void A_source_file_of_another_project_is_seen(string include, bool sound) => Assert.Equal(
        sound,
        !Guards.LinkedSources(new("x.csproj", $"""<Project><ItemGroup><Compile Include="{include}" /></ItemGroup></Project>""")).Any());

    [Theory]
    [InlineData("#if EMBEDDED", false)]
    [InlineData("    #if DEBUG", false)]
    [InlineData("// a # if you like", true)]
    public void Code_under_a_condition_is_seen(string code, bool sound) => Assert.Equal(sound, !Guards.ConditionalCode(new("x.cs", code)).Any());

    [Theory]
    [InlineData("throw new NotImplementedException();", false)]
    [InlineData("// TODO later", false)]
    [InlineData("#pragma warning disable CA1000", false)]
    [InlineData("try { A(); } catch { }", false)]
    [InlineData("try { A(); } catch (IOException)\n{\n}", false)]
    [InlineData("Thread.Sleep(5);", false)]
    [InlineData("catch (IOException) { B(); }", true)]
    [InlineData("string[] taskTypes = [\"EMAIL\", \"TODO\"];", true)]
    public void What_is_unfinished_is_seen(string code, bool sound) => Assert.Equal(sound, !Guards.Unfinished(new("x.cs", code)).Any());

    [Theory]
    [InlineData("DateTimeOffset.UtcNow", false)]
    [InlineData("DateTime.Now", false)]
    [InlineData("TimeProvider clock", false)]
    [InlineData("Guid.NewGuid()", false)]
    [InlineData("new Random(5)", false)]
    [InlineData("using System.IO;", false)]
    [InlineData("Environment.MachineName", false)]
    [InlineData("Decide(journey, DateTimeOffset now)", true)]
    public void A_clock_in_the_funnel_is_seen(string code, bool sound) => Assert.Equal(sound, !Guards.OutsideWorld(new("x.cs", code)).Any());

    [Theory]
    [InlineData("LeadManager", false)]
    [InlineData("StringHelpers", false)]
    [InlineData("JourneyService", false)]
    [InlineData("LeadData", false)]
    [InlineData("LeadInfo", false)]
    [InlineData("DateUtil", false)]
    [InlineData("JourneyRules", true)]
    [InlineData("ServiceBusOutbox", true)]
    public void A_name_that_says_nothing_is_seen(string name, bool sound) => Assert.Equal(sound, !Guards.NamesThatSayNothing([name]).Any());

    [Theory]
    [InlineData(typeof(Nine), false)]
    [InlineData(typeof(Eight), true)]
    [InlineData(typeof(NineValues), true)]
    public void A_class_with_too_many_dependencies_is_seen(Type type, bool sound) => Assert.Equal(sound, !Guards.DependencyHeavy([type]).Any());

    [Theory]
    [InlineData("src/X/Journeys.cs", "public sealed class JourneyFlow(int a)\n{\n}", false)]
    [InlineData("src/X/JourneyFlow.cs", "public sealed class JourneyFlow(int a)\n{\n}", true)]
    [InlineData("src/X/JourneyFlow.cs", "public sealed class JourneyFlow;\n\npublic static class Other;", false)]
    [InlineData("src/X/StageMaps.cs", "public sealed record Meaning;\n\npublic sealed class StageMap<T>;", true)]
    [InlineData("src/X/Point.cs", "public readonly struct Spot;", false)]
    [InlineData("src/X/Facts.cs", "public abstract record Fact;\n\npublic sealed record StageClaimed : Fact;\n\npublic enum TouchKind { A }", true)]
    [InlineData("src/X/JourneyFlow.cs", "public sealed class JourneyFlow\n{\n    public sealed class Inner;\n}\n\ninternal sealed class Own;", true)]
    public void A_class_in_a_foreign_file_is_seen(string path, string code, bool sound) => Assert.Equal(sound, !Guards.TypesInForeignFiles(new(path, code)).Any());

    private sealed class Eight(int a, int b, int c, int d, int e, int f, int g, int h)
    {
        public int Sum { get; } = a + b + c + d + e + f + g + h;
    }

    private sealed class Nine(int a, int b, int c, int d, int e, int f, int g, int h, int i)
    {
        public int Sum { get; } = a + b + c + d + e + f + g + h + i;
    }

    private sealed record NineValues(int A, int B, int C, int D, int E, int F, int G, int H, int I);
}

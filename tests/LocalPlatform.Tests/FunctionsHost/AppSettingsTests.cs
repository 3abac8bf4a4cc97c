using IntegrationHub.LocalPlatform.FunctionsHost.Settings;
using Microsoft.Extensions.Configuration;

namespace IntegrationHub.LocalPlatform.Tests.FunctionsHost;

public sealed class AppSettingsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("settings-").FullName;

    [Fact]
    public void What_is_given_counts_more_than_the_local_file_and_that_more_than_the_sample()
    {
        Write("local.settings.sample.json", """{"Values":{"A__Given":"sample","A__Local":"sample","A:Sample":"sample"}}""");
        Write("local.settings.json", """{"Values":{"A__Given":"local","A:Local":"local"},"Host":{"LocalHttpPort":7075}}""");

        var settings = Read(("A:Given", "given")).WithDefaults([new("A:Sample", "default"), new("A:Default", "default")]);

        Assert.Equal(("given", "local", "sample", "default"), (settings["A:Given"], settings["A__Local"], settings["A:Sample"], settings["A:Default"]));
        Assert.Equal("7075", settings.LocalHttpPort);
    }

    [Fact]
    public void A_worker_gets_them_as_environment_variables_but_not_the_addresses_of_its_host() => Assert.Equal(
        [new("A__B", "1"), new("C", "2")],
        Read(("A:B", "1"), ("C", "2"), ("urls", "http://localhost:1")).Environment.OrderBy(each => each.Key, StringComparer.Ordinal));

    [Fact]
    public void Names_in_percent_signs_are_replaced_and_those_that_are_missing_are_listed()
    {
        var missing = new List<string>();

        var expanded = Read(("A:B", "1"), ("Empty", "")).Expand("%A:B% %A__B% %Empty% %No% 100%", missing);

        Assert.Equal("1 1 %Empty% %No% 100%", expanded);
        Assert.Equal(["Empty", "No"], missing);
    }

    [Fact]
    public void A_section_counts_as_set()
    {
        var settings = Read(("A:B", "1"), ("Empty", ""));

        Assert.True(settings.IsSet("A"));
        Assert.False(settings.IsSet("Empty"));
        Assert.False(settings.IsSet("No"));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private void Write(string file, string json) => File.WriteAllText(Path.Combine(_directory, file), json);

    private AppSettings Read(params (string Key, string Value)[] given) => AppSettings.Read(
        _directory, new ConfigurationBuilder().AddInMemoryCollection(given.Select(each => KeyValuePair.Create(each.Key, (string?)each.Value))).Build());
}

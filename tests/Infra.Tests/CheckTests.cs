using IntegrationHub.Cli.Bicep;
using IntegrationHub.Cli.Checking;

namespace IntegrationHub.Infra.Tests;

/// <summary>What the command <c>check</c> says of the files that come with the hub.</summary>
public sealed class CheckTests(BicepCompiler bicep)
{
    public static TheoryData<string> Examples => [.. BicepCompiler.Examples];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task The_hub_takes_the_settings_of_an_example(string example)
    {
        using var source = ParameterSource.Open(Path.Combine(BicepCompiler.Folder, "examples", $"{example}.bicepparam"), null, _ => null);

        Assert.Empty(CheckFlow.Judge(await bicep.SettingsOfAsync(example), new([], null), source));
    }

    [Fact]
    public async Task A_file_of_build_params_is_checked_too_and_names_no_line()
    {
        var outcome = await CheckJsonAsync("""
            { "parameters": {
              "environmentName": { "value": "wrong" }, "location": { "value": "westeurope" },
              "connectors": { "value": { "hubspot": { "type": "HubSpot", "portalId": 1, "secrets": { "clientSecret": "a" },
                "signIn": { "kind": "privateApp", "secrets": { "accessToken": "b" } }, "stageMap": { "${it's} \\ a stage": "intrest" } } } },
              "teams": { "value": { "sales": { "recipients": ["sales@example.com"] } } },
              "ops": { "value": { "recipients": ["ops@example.com"] } } } }
            """.Replace("${it's}", "it's", StringComparison.Ordinal));

        var fault = Assert.Single(outcome.Faults);
        Assert.Equal(("connectors.hubspot.stageMap.it's \\ a stage", null, "BCP088"), (fault.Parameter, fault.Line, fault.Code));
    }

    [Fact]
    public async Task The_parameters_of_azd_fit_once_the_environment_has_its_variables()
    {
        var path = Path.Combine(BicepCompiler.Folder, "main.parameters.json");
        var unset = Assert.Throws<InvalidDataException>(() => ParameterSource.Open(path, null, _ => null));
        Assert.Contains("azd env set AZURE_ENV_NAME", unset.Message, StringComparison.Ordinal);

        using var source = ParameterSource.Open(path, null, name => name switch
        {
            "AZURE_ENV_NAME" => "test",
            "AZURE_LOCATION" => "westeurope",
            _ => "somebody@example.com",
        });

        Assert.Empty(await bicep.DiagnosticsOfAsync(source.Path));
    }

    /// <summary>A new expression would start the hub with a text that nobody meant.</summary>
    [Fact]
    public void An_expression_that_is_not_on_the_list_is_refused()
    {
        var settings = new Dictionary<string, string> { ["Hub__New"] = "[reference('/subscriptions/…', '2025-01-01').url]", ["Hub__Text"] = "[in brackets]" };

        var refusal = Assert.Throws<InvalidDataException>(() => TemplateSettings.Resolve(settings, TemplateSettings.FakeSecret));

        Assert.Contains("Hub__New is known only on Azure", refusal.Message, StringComparison.Ordinal);
    }

    private async Task<CheckedFile> CheckJsonAsync(string json)
    {
        var folder = Directory.CreateTempSubdirectory("hub-check-");
        try
        {
            var path = Path.Combine(folder.FullName, "parameters.json");
            await File.WriteAllTextAsync(path, json, TestContext.Current.CancellationToken);
            using var source = ParameterSource.Open(path, Path.Combine(BicepCompiler.Folder, "main.bicep"), _ => null);
            return await bicep.CheckAsync(source);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

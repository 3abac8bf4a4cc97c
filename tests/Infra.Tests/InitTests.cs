using System.Text.Json.Nodes;
using IntegrationHub.Cli;
using IntegrationHub.Cli.Bicep;
using IntegrationHub.Cli.Starting;

namespace IntegrationHub.Infra.Tests;

/// <summary>What the command <c>init</c> writes, for every vendor of the template.</summary>
public sealed class InitTests(BicepCompiler bicep) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hub-init-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>All in one file, because a check takes seconds. What is asked is answered by the type's own example.</summary>
    [Fact]
    public async Task A_file_with_every_vendor_is_accepted()
    {
        var types = new TemplateTypes(await bicep.CompileAsync("main.bicep"));
        var given = new Dictionary<string, string>(Basics) { ["vendors"] = string.Join(",", types.Vendors.Keys) };
        if (types.Vendors.ContainsKey("Generic"))
        {
            // It is any tool: one that sends nothing and is asked nothing is refused.
            (given["connectors.generic.signature.scheme"], given["connectors.generic.signature.header"]) = ("token", "X-Token");
            given["connectors.generic.fields.email"] = "/contact/email";
        }

        Complete(types, given);

        var (exit, output, errors) = await RunAsync(given, null);

        Assert.True(exit == ExitCodes.Done, errors);
        Assert.Contains("check accepts it", output, StringComparison.Ordinal);
        Assert.Contains("hubspot-access-token", output, StringComparison.Ordinal);
        var written = await File.ReadAllTextAsync(Written, TestContext.Current.CancellationToken);
        Assert.All(types.Vendors.Keys, vendor => Assert.Contains($"type: '{vendor}'", written, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_person_is_asked_again_after_a_wrong_answer()
    {
        using var typed = new StringReader("my env\ntest\nwesteurope\nZoho\nHubSpot\n\nmany\n62515\nm@example.com\ns@example.com\nops\no@example.com\nNowhere\nEurope/Berlin\n\n\n");
        using var shown = new StringWriter();
        var answers = new Answers(new Dictionary<string, string>(), typed, shown);

        var parameters = new InitFlow(new(await bicep.CompileAsync("main.bicep")), answers).Ask();

        Assert.Empty(answers.Faults);
        Assert.Contains("It must be 2 to 12 letters and digits.", shown.ToString(), StringComparison.Ordinal);
        Assert.Contains("It must be one of", shown.ToString(), StringComparison.Ordinal);
        Assert.Contains("It must be a whole number.", shown.ToString(), StringComparison.Ordinal);
        Assert.Contains("It must be an IANA time zone.", shown.ToString(), StringComparison.Ordinal);
        Assert.Equal(62515, (int)parameters["connectors"]["hubspot"]!["portalId"]!);
        Assert.Equal(("Europe/Berlin", "Mon-Fri"), ((string)parameters["calendar"]["timeZone"]!, (string)parameters["calendar"]["workingDays"]!));
    }

    [Fact]
    public async Task A_script_is_told_everything_that_is_missing_or_of_no_use()
    {
        var answers = new Answers(new Dictionary<string, string>(Basics) { ["vendors"] = "HubSpot", ["colour"] = "blue" }, null, TextWriter.Null);

        _ = new InitFlow(new(await bicep.CompileAsync("main.bicep")), answers).Ask();

        Assert.Equal(
            ["connectors.hubspot.portalId: must be set, for example --set connectors.hubspot.portalId=62515.", "colour: must be left out: nothing asks for it."],
            answers.Faults);
    }

    [Fact]
    public async Task A_file_that_is_there_stays()
    {
        await File.WriteAllTextAsync(Written, "mine", TestContext.Current.CancellationToken);

        var (exit, _, errors) = await RunAsync(new(Basics), null);

        Assert.Equal(ExitCodes.Misused, exit);
        Assert.Contains("--force", errors, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(Written, TestContext.Current.CancellationToken));
    }

    private static readonly Dictionary<string, string> Basics = new()
    {
        ["environmentName"] = "test",
        ["location"] = "westeurope",
        ["teams.marketing.recipients"] = "m@example.com",
        ["teams.sales.recipients"] = "s1@example.com, s2@example.com",
        ["ops.recipients"] = "o@example.com",
        ["calendar.timeZone"] = "Europe/Berlin",
    };

    private string Written => Path.Combine(_folder, "hub.bicepparam");

    /// <summary>Answers each question of the vendors, as long as one is left.</summary>
    private static void Complete(TemplateTypes types, Dictionary<string, string> given)
    {
        while (true)
        {
            var answers = new Answers(given, null, TextWriter.Null);
            _ = new InitFlow(types, answers).Ask();
            var missing = answers.Faults.Where(fault => fault.Contains(": must be set", StringComparison.Ordinal)).Select(fault => fault.Split(':')[0]).ToList();
            if (missing.Count == 0)
            {
                return;
            }

            missing.ForEach(path => given[path] = AnswerOf(types.Find(path, Chosen(types))!));
        }
    }

    /// <summary>What chooses among the types of a union: the vendor, and the first way to sign in.</summary>
    private static Dictionary<string, string> Chosen(TemplateTypes types)
    {
        var chosen = types.Vendors.Keys.ToDictionary(vendor => $"connectors.{vendor.ToLowerInvariant()}.type");
        foreach (var (vendor, type) in types.Vendors)
        {
            if (types.Property(type, "signIn") is { } signIn && types.MembersOf(signIn).Keys.FirstOrDefault() is { } kind)
            {
                chosen[$"connectors.{vendor.ToLowerInvariant()}.signIn.kind"] = kind;
            }
        }

        return chosen;
    }

    private static string AnswerOf(JsonObject type) => TemplateTypes.ExampleOf(type)
        ?? (type["type"]!.GetValue<string>() == "int" ? "12345" : new string('a', Math.Max(8, type["minLength"]?.GetValue<int>() ?? 0)));

    private async Task<(int Exit, string Output, string Errors)> RunAsync(Dictionary<string, string> given, TextReader? input)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exit = await InitCommand.RunAsync(
            new() { Output = output, Error = errors },
            new(Written, Path.Combine(BicepCompiler.Folder, "main.bicep"), null, Force: false),
            given, input, TestContext.Current.CancellationToken);
        return (exit, output.ToString(), errors.ToString());
    }
}

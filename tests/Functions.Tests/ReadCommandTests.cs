using System.CommandLine;
using System.Text.Json.Nodes;

namespace IntegrationHub.Functions.Tests;

public sealed class ReadCommandTests
{
    private static readonly string Payloads = Path.Combine(Repository(), "tests", "Payloads");

    [Fact]
    public async Task Every_case_gets_one_line_and_a_refused_one_is_read_too()
    {
        string[] cases = [.. Directory.GetFiles(Path.Combine(Payloads, "hubspot"), "*.http"), .. Directory.GetFiles(Path.Combine(Payloads, "salesforce"), "*.http")];

        var (exit, lines) = await RunAsync([.. cases, "--settings", Path.Combine(Payloads, "settings.json")]);

        Assert.Equal(0, exit);
        Assert.Equal(cases, lines.Select(line => (string?)line["file"]));
        Assert.Equal(2, lines.Count(line => (string?)line["verdict"] == "rejected"));
        Assert.All(lines, line => Assert.Equal(["file", "connector", "verdict", "reason", "events"], line.AsObject().Select(member => member.Key).Take(5)));
    }

    [Fact]
    public async Task One_case_that_cannot_be_read_ends_with_1_and_the_others_are_read_all_the_same()
    {
        var (exit, lines) = await RunAsync(["nowhere.http", Path.Combine(Payloads, "hubspot", "normal.http"), "--settings", Path.Combine(Payloads, "settings.json")]);

        Assert.Equal(1, exit);
        Assert.Equal(["error", "accepted"], lines.Select(line => (string)line["verdict"]!));
    }

    [Fact]
    public async Task Without_settings_nothing_is_read()
    {
        var (exit, lines) = await RunAsync(["nowhere.http", "--settings", "nowhere.json"]);

        Assert.Equal(1, exit);
        Assert.Empty(lines);
    }

    private static async Task<(int Exit, List<JsonNode> Lines)> RunAsync(string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exit = await new RootCommand { ReadCommand.Create() }.Parse(["read", .. arguments]).InvokeAsync(
            new() { Output = output, Error = errors }, TestContext.Current.CancellationToken);
        return (exit, [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)]);
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "IntegrationHub.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run inside the repository.");
        }

        return folder.FullName;
    }
}

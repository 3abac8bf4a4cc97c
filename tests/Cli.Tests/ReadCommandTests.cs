using System.Text;
using System.Text.Json.Nodes;
using IntegrationHub.Connectors.Recorded;

namespace IntegrationHub.Cli.Tests;

public sealed class ReadCommandTests : IDisposable
{
    private const string PollCase =
        "# vendor: salesforce\n# direction: poll-response\n# body-file: body.json\nGET /services/data/v60.0/query HTTP/1.1\n\n# response\nHTTP/1.1 200 OK\n";

    private static readonly string Normal = Path.Combine(Payloads.Folder, "hubspot", "normal.http");

    private readonly string _folder = Directory.CreateTempSubdirectory("hub-read-").FullName;

    public static TheoryData<string> Vendors => [.. Directory.GetDirectories(Payloads.Folder).Select(folder => Path.GetFileName(folder)!)];

    public static TheoryData<string> ConnectedVendors => [.. Payloads.Connected];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_case_gets_one_line_and_a_rejected_one_counts_as_read()
    {
        string[] cases = [.. Payloads.Connected.SelectMany(Payloads.CasesOf)];

        var run = await ReadAsync(cases);

        Assert.Equal((ExitCodes.Done, ""), (run.Exit, run.Errors));
        Assert.Equal(cases, run.JsonLines.Select(line => (string?)line["file"]));
        Assert.Equal(cases.Count(IsRefused), run.JsonLines.Count(line => (string?)line["verdict"] == "rejected"));
        Assert.All(run.JsonLines, line => Assert.Equal(["file", "connector", "verdict", "reason", "events"], Keys(line).Take(5)));
    }

    [Theory]
    [MemberData(nameof(ConnectedVendors))]
    public async Task The_verdicts_and_the_numbers_of_events_are_those_expected(string vendor)
    {
        var cases = Payloads.CasesOf(vendor);
        var expected = cases.Select(path => JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(path, ".expected.json")))!);

        var run = await ReadAsync(cases);

        Assert.Equal(
            expected.Select(each => ((bool)each["accept"]! ? "accepted" : "rejected", each["events"]!.AsArray().Count)),
            run.JsonLines.Select(line => ((string)line["verdict"]!, line["events"]!.AsArray().Count)));
    }

    /// <summary>That no connector is set for a vendor is an answer too.</summary>
    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task Every_recorded_delivery_of_the_repository_gets_its_line(string vendor)
    {
        var cases = Payloads.CasesOf(vendor);
        Assert.NotEmpty(cases);
        var connected = Payloads.Connected.Contains(vendor);

        var run = await ReadAsync(cases);

        Assert.Equal(connected ? ExitCodes.Done : ExitCodes.NotDone, run.Exit);
        Assert.Equal(cases, run.JsonLines.Select(line => (string?)line["file"]));
        Assert.All(run.JsonLines, line => Assert.Equal(connected, (string?)line["verdict"] != "error"));
    }

    [Fact]
    public async Task What_cannot_be_read_is_one_line_and_what_stands_around_it_is_read_all_the_same()
    {
        string[] unreadable =
        [
            "nowhere.http",
            "",
            _folder,
            "a\0b",
            await WriteAsync("empty.http", ""),
            await WriteAsync("words.http", "these\nare words\n"),
            await WriteAsync("bytes.http", [0xff, 0xfe, 0x00, 0xd8, 0x80]),
            await WriteAsync("no-body.http", "# vendor: hubspot\n# body-file: nowhere.json\nPOST /api/webhooks/hubspot HTTP/1.1\n"),
            await WriteAsync("odd-body.http", "# vendor: hubspot\n# body-file: a\0b\nPOST /api/webhooks/hubspot HTTP/1.1\n"),
            await WriteAsync("odd-clock.http", "# vendor: hubspot\n# verify-at: 0001-01-01T00:00:00+14:00\nPOST /api/webhooks/hubspot HTTP/1.1\n"),
            await WriteAsync("odd-url.http", "# vendor: hubspot\n# public-url: nowhere\nPOST /api/webhooks/hubspot HTTP/1.1\n"),
        ];
        string[] cases = [.. unreadable.SelectMany(path => new[] { Normal, path }), Normal];

        var run = await ReadAsync(cases);

        Assert.Equal((ExitCodes.NotDone, ""), (run.Exit, run.Errors));
        Assert.Equal(cases, run.JsonLines.Select(line => (string?)line["file"]));
        Assert.Equal(cases.Select(path => path == Normal ? "accepted" : "error"), run.JsonLines.Select(line => (string)line["verdict"]!));
        Assert.All(run.JsonLines, line => Assert.NotEqual("", (string?)line["reason"]));
    }

    [Fact]
    public async Task A_file_that_may_not_be_read_is_one_line()
    {
        var closed = await WriteAsync("closed.http", "# vendor: hubspot\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(closed, UnixFileMode.None);
        }

        Assert.SkipWhen(Opens(closed), "Whoever runs this may read every file, or files have no modes here.");

        var run = await ReadAsync(closed, Normal);

        Assert.Equal(["error", "accepted"], run.JsonLines.Select(line => (string)line["verdict"]!));
    }

    /// <summary>Half an emoji as an escape, or a byte that is not UTF-8: what a tool sends when it cuts a text.</summary>
    [Theory]
    [InlineData("\\ud83d")]
    [InlineData("\\ude00")]
    [InlineData("\xd8")]
    public async Task A_text_that_is_cut_within_a_character_ends_nothing(string cut)
    {
        var body = $$"""
            {"totalSize":1,"done":true,"records":[
             {"attributes":{"type":"Lead"},"Id":"00Q5g00000AbCdE","LastName":"Summer {{cut}}","SystemModstamp":"2026-03-02T10:15:00.000+0000"}]}
            """;
        await WriteAsync("body.json", Encoding.Latin1.GetBytes(body));
        var poll = await WriteAsync("poll.http", PollCase);

        var run = await ReadAsync(poll, Normal);

        Assert.Equal([poll, Normal], run.JsonLines.Select(line => (string?)line["file"]));
        Assert.Equal("accepted", (string?)run.JsonLines[1]["verdict"]);
        Assert.NotEqual("", (string?)run.JsonLines[0]["reason"]);
    }

    [Fact]
    public async Task A_name_that_is_cut_within_a_character_ends_nothing()
    {
        var run = await ReadAsync("half \ud83d", Normal);

        Assert.Equal(["half \ufffd", Normal], run.JsonLines.Select(line => (string?)line["file"]));
    }

    [Theory]
    [InlineData(0, "rejected")]
    [InlineData(1, "error")]
    public async Task A_body_is_read_up_to_the_longest_file_and_not_beyond(int more, string verdict)
    {
        await WriteAsync("body.json", new byte[RecordedCase.LongestFile + more]);
        var huge = await WriteAsync("huge.http", "# vendor: hubspot\n# body-file: body.json\nPOST /api/webhooks/hubspot HTTP/1.1\n");

        var run = await ReadAsync(huge);

        Assert.Equal(verdict, (string?)run.JsonLines.Single()["verdict"]);
    }

    [Fact]
    public async Task Without_readable_settings_nothing_is_read()
    {
        var words = await WriteAsync("words.json", "these are words");
        var list = await WriteAsync("list.json", "[]");
        var wrong = await WriteAsync("wrong.json", """{"Connectors":{"hubspot":{"Type":"Nobody"}}}""");

        foreach (var settings in new[] { "nowhere.json", _folder, "", words, list, wrong })
        {
            var run = await CommandRun.RunAsync("read", Normal, "--settings", settings);

            Assert.Equal((ExitCodes.Misused, ""), (run.Exit, run.Output));
            Assert.Contains(settings == wrong ? "Connectors:hubspot:Type" : "--settings", run.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_command_line_that_lacks_something_says_what_and_reads_nothing()
    {
        var noSettings = await CommandRun.RunAsync("read", Normal);
        var noCase = await CommandRun.RunAsync("read", "--settings", Payloads.Settings);

        Assert.All([noSettings, noCase], run => Assert.Equal((ExitCodes.Misused, ""), (run.Exit, run.Output)));
        Assert.Contains("--settings", noSettings.Errors, StringComparison.Ordinal);
        Assert.Contains("argument", noCase.Errors, StringComparison.Ordinal);
    }

    private static Task<CommandRun> ReadAsync(params string[] cases) => CommandRun.RunAsync(["read", .. cases, "--settings", Payloads.Settings]);

    private static bool IsRefused(string path) =>
        !(bool)JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(path, ".expected.json")))!["accept"]!;

    private static IEnumerable<string> Keys(JsonNode line) => line.AsObject().Select(member => member.Key);

    private static bool Opens(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private Task<string> WriteAsync(string name, string text) => WriteAsync(name, Encoding.UTF8.GetBytes(text));

    private async Task<string> WriteAsync(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        await File.WriteAllBytesAsync(path, bytes, Token);
        return path;
    }
}

using System.Text.Json.Nodes;
using IntegrationHub.Functions.Ops.DeadLetters;
using IntegrationHub.Functions.Platform.Messaging;

namespace IntegrationHub.Cli.Tests;

public sealed class DeadLettersCommandTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 10, 15, 0, TimeSpan.Zero);

    private static readonly DeadLetter[] GivenUp =
    [
        new("m1", 1, "unreadable", "The body is not JSON. Send the case to the vendor.", "hubspot", null, Monday, 1),
        new("m2", 2, "unreadable", null, "salesforce", null, Monday.AddMinutes(1), 3),
        new("m3", 3, null, "line one\nline two \u001b[31mred", null, null, Monday.AddMinutes(2), 100),
    ];

    private static readonly DeadLetterJob Job = new("0a1b2c3d", DeadLetterAction.Replay, "inbound", null, null, "key:ops", Monday)
    { State = DeadLetterState.Working, Looked = 9_000, Matched = 7_000, Handled = 1_200 };

    private FakeHub _hub = null!;

    public async ValueTask InitializeAsync() => _hub = await FakeHub.StartAsync();

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task A_list_for_people_says_what_why_and_what_to_do_next()
    {
        _hub.DeadLetters = GivenUp;

        var run = await RunAsync("list");

        Assert.Equal((ExitCodes.Done, ""), (run.Exit, run.Errors));
        Assert.Equal(
            """
            inbound: 3 dead letters.

              QUEUED (UTC)         REASON      CONNECTOR   LEAD  RECEIVED  MESSAGE
              2026-03-02 10:15:00  unreadable  hubspot     -     1         m1
                The body is not JSON. Send the case to the vendor.
              2026-03-02 10:16:00  unreadable  salesforce  -     3         m2
                -
              2026-03-02 10:17:00  -           -           -     100       m3
                line one line two [31mred

            To send them again: deadletters replay --entity inbound --dry-run

            """,
            run.Output,
            ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task An_empty_list_says_so()
    {
        var run = await RunAsync("list");

        Assert.Equal((ExitCodes.Done, "inbound: no dead letters."), (run.Exit, run.Output.Trim()));
    }

    [Fact]
    public async Task A_list_that_is_cut_says_that_there_are_more()
    {
        (_hub.DeadLetters, _hub.Capped) = (GivenUp, true);

        Assert.StartsWith("inbound: the oldest 3 dead letters; there are more.", (await RunAsync("list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_scripts_the_answer_of_the_hub_is_printed_as_it_is()
    {
        _hub.DeadLetters = GivenUp;

        var run = await RunAsync("list", "--json");

        var answer = JsonNode.Parse(run.Output)!;
        Assert.Equal(ExitCodes.Done, run.Exit);
        Assert.Equal(["entity", "count", "capped", "deadLetters"], answer.AsObject().Select(member => member.Key));
        Assert.Equal("line one\nline two \u001b[31mred", (string?)answer["deadLetters"]![2]!["description"]);
    }

    [Fact]
    public async Task A_dry_run_counts_by_reason_and_connector_and_sends_nothing()
    {
        _hub.DeadLetters = GivenUp;

        var run = await RunAsync("replay", "--dry-run");

        Assert.Equal(ExitCodes.Done, run.Exit);
        Assert.StartsWith("inbound: 3 dead letters would be sent again; nothing was sent.", run.Output, StringComparison.Ordinal);
        Assert.Equal(3, run.Output.Split('\n').Count(line => line.TrimEnd().EndsWith("  1", StringComparison.Ordinal)));
        Assert.Contains("  unreadable  salesforce  1", run.Output, StringComparison.Ordinal);
        Assert.True(Assert.Single(_hub.Orders).DryRun);
    }

    [Fact]
    public async Task A_replay_passes_its_filters_on_and_says_what_came_of_it()
    {
        (_hub.DeadLetters, _hub.Capped) = (GivenUp, true);

        var run = await RunAsync("replay", "--reason", "unreadable", "--connector", "hubspot");

        Assert.Equal(ExitCodes.Done, run.Exit);
        Assert.StartsWith("inbound: 1 of 1 dead letters were sent again.", run.Output, StringComparison.Ordinal);
        Assert.Contains("There may be more", run.Output, StringComparison.Ordinal);
        Assert.Equal(new ReplayOrder(QueueProbe.Entities[0], "unreadable", "hubspot", DryRun: false), Assert.Single(_hub.Orders));
    }

    [Fact]
    public async Task For_scripts_a_replay_is_printed_as_the_hub_answers()
    {
        _hub.DeadLetters = GivenUp;

        var report = JsonNode.Parse((await RunAsync("replay", "--reason", "unreadable", "--json")).Output)!;

        Assert.Equal((2, 2), ((int)report["matched"]!, (int)report["replayed"]!));
    }

    [Fact]
    public async Task A_replay_of_many_goes_on_in_the_background_and_says_how_to_watch_and_stop_it()
    {
        (_hub.DeadLetters, _hub.Capped, _hub.Job) = (GivenUp, true, Job);

        var run = await RunAsync("replay");
        var status = await RunOnHubAsync("status");
        var stopped = await RunOnHubAsync("stop", "0a1b2c3d");
        var unknown = await RunOnHubAsync("stop", "another");

        Assert.Contains("It goes on in the background as 0a1b2c3d: deadletters status", run.Output, StringComparison.Ordinal);
        Assert.Equal(
            """
              JOB       STARTED (UTC)        ENTITY   ACTION  STATE    LOOKED  MATCHED  DONE
              0a1b2c3d  2026-03-02 10:15:00  inbound  replay  working  9000    7000     1200

            """,
            status.Output,
            ignoreLineEndingDifferences: true);
        Assert.Equal((ExitCodes.Done, "0a1b2c3d: the replay of inbound is stopped, with 1200 of 7000 dead letters."), (stopped.Exit, stopped.Output.Trim()));
        Assert.Equal((ExitCodes.NotDone, ""), (unknown.Exit, unknown.Output));
    }

    [Fact]
    public async Task Without_replays_and_purges_the_status_says_so() =>
        Assert.Equal("No replay or purge in the last 30 days.", (await RunOnHubAsync("status")).Output.Trim());

    [Fact]
    public async Task A_purge_passes_its_filters_and_its_reason_on_and_says_what_was_removed()
    {
        _hub.DeadLetters = GivenUp;

        var run = await RunAsync("purge", "--reason", "unreadable", "--why", "test data");

        Assert.Equal(ExitCodes.Done, run.Exit);
        Assert.StartsWith("inbound: 2 of 2 dead letters were removed.", run.Output, StringComparison.Ordinal);
        Assert.Equal(new PurgeOrder(new(QueueProbe.Entities[0], "unreadable", null, DryRun: false), "test data"), Assert.Single(_hub.Purges));
    }

    [Theory]
    [InlineData]
    [InlineData("--reason", "unreadable", "--all")]
    public async Task A_purge_that_does_not_say_what_it_means_is_refused(params string[] filter)
    {
        var run = await RunAsync("purge", ["--why", "test", .. filter]);

        Assert.Equal((ExitCodes.NotDone, ""), (run.Exit, run.Output));
        Assert.Contains("Name a reason or a connector, or say all", run.Errors, StringComparison.Ordinal);
        Assert.Empty(_hub.Purges);
    }

    [Fact]
    public async Task What_the_hub_refuses_ends_with_1_and_its_own_words()
    {
        string[] hub = ["--url", _hub.Url, "--key", FakeHub.Key];

        var wrongEntity = await CommandRun.RunAsync(["deadletters", "list", "--entity", "outbound", .. hub]);
        var wrongFilter = await CommandRun.RunAsync(["deadletters", "replay", "--entity", "funnel/alerts", "--connector", "hubspot", .. hub]);
        var wrongKey = await CommandRun.RunAsync("deadletters", "list", "--entity", "inbound", "--url", _hub.Url, "--key", "another");
        var wrongPlace = await CommandRun.RunAsync("deadletters", "list", "--entity", "inbound", "--url", $"{_hub.Url}/nowhere", "--key", FakeHub.Key);

        Assert.All([wrongEntity, wrongFilter, wrongKey, wrongPlace], run => Assert.Equal((ExitCodes.NotDone, ""), (run.Exit, run.Output)));
        Assert.Contains("funnel/to-sales", wrongEntity.Errors, StringComparison.Ordinal);
        Assert.Contains("connector", wrongFilter.Errors, StringComparison.Ordinal);
        Assert.Contains("401", wrongKey.Errors, StringComparison.Ordinal);
        Assert.Contains("--key", wrongKey.Errors, StringComparison.Ordinal);
        Assert.Contains("404", wrongPlace.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("words", false)]
    [InlineData("words", true)]
    [InlineData("other", false)]
    public async Task Whoever_answers_but_is_not_a_hub_ends_with_1(string place, bool json)
    {
        string[] options = json ? ["--json"] : [];

        var run = await CommandRun.RunAsync(["deadletters", "list", "--entity", "inbound", "--url", $"{_hub.Url}/{place}/", "--key", FakeHub.Key, .. options]);

        Assert.Equal((ExitCodes.NotDone, ""), (run.Exit, run.Output));
        Assert.Contains("not a hub", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_hub_answers_it_ends_with_3_and_says_where()
    {
        var run = await CommandRun.RunAsync("deadletters", "list", "--entity", "inbound", "--url", "http://127.0.0.1:1");

        Assert.Equal((ExitCodes.NoHub, ""), (run.Exit, run.Output));
        Assert.Contains("http://127.0.0.1:1/", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--url", "127.0.0.1:1")]
    [InlineData("--url", "ftp://127.0.0.1")]
    [InlineData("--url", "")]
    [InlineData("--key", "two words")]
    [InlineData("--key", "line\nbreak")]
    [InlineData("--key", "schlüssel")]
    public async Task An_option_that_cannot_be_right_ends_with_2_and_nobody_is_asked(string option, string value)
    {
        var run = await CommandRun.RunAsync("deadletters", "replay", "--entity", "inbound", option, value);

        Assert.Equal((ExitCodes.Misused, ""), (run.Exit, run.Output));
        Assert.StartsWith($"{option}: must be", run.Errors, StringComparison.Ordinal);
    }

    private Task<CommandRun> RunAsync(string command, params string[] options) =>
        CommandRun.RunAsync(["deadletters", command, "--entity", "inbound", "--url", _hub.Url, "--key", FakeHub.Key, .. options]);

    private Task<CommandRun> RunOnHubAsync(string command, params string[] arguments) =>
        CommandRun.RunAsync(["deadletters", command, .. arguments, "--url", _hub.Url, "--key", FakeHub.Key]);
}

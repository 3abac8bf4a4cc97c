using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs.Models;
using IntegrationHub.Cli.Rehearsing;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Settings;
using IntegrationHub.Functions.Archive;
using IntegrationHub.Functions.Identity.Erasure;
using IntegrationHub.Functions.Ingestion;
using IntegrationHub.Functions.Platform.Storage;
using IntegrationHub.Funnel;
using Microsoft.Extensions.Configuration;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Archive;

public sealed class ArchiveTests(Azurite azurite)
{
    private const string Needle = "Mustermann";

    private readonly StillTimeProvider _clock = new(Monday);
    private readonly JsonTool _tool = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_delivery_is_archived_with_the_vendors_answer_and_no_plain_word_of_it_lies_anywhere()
    {
        await using var hub = await NewHubAsync();
        _tool.Answer = source => (StageChangedEvent)source with { Profile = new() { LastName = Needle } };

        await ProcessAsync(hub, "m1", Claim("ann") with { NeedsEnrichment = ["email"], SubjectEmail = $"{Needle}@example.com" });

        var name = Assert.Single(await NamesAsync(hub));
        var archived = await hub.Get<ArchiveStore>().ReadAsync(name, Token);
        Assert.Equal("m1", archived!.MessageId);
        Assert.Equal(Needle, Assert.IsType<StageChangedEvent>(Assert.Single(archived.Events(_tool))).Profile?.LastName);
        Assert.Equal(("tool", Monday), (name.Connector, name.ReceivedAt));
        Assert.All(await ContentsAsync(hub), content => Assert.DoesNotContain(Needle, content, StringComparison.OrdinalIgnoreCase));
        Assert.All(
            await RowsAsync(hub),
            row => Assert.All(row, cell => Assert.DoesNotContain(Needle, $"{cell.Value}", StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task What_cannot_be_archived_is_not_processed_and_comes_again()
    {
        await using var hub = await NewHubAsync();
        await ProcessAsync(hub, "m1", Claim("ann"));
        var container = await hub.Get<HubBlobs>().GetAsync(HubBlobs.Archive, Token);
        await container.DeleteAsync(cancellationToken: Token);

        await Assert.ThrowsAsync<RequestFailedException>(() => ProcessAsync(hub, "m2", Claim("bob")));

        Assert.Null(await hub.Journeys.LoadAsync(Id("bob"), Token));
        await container.CreateAsync(cancellationToken: Token);
        await ProcessAsync(hub, "m2~2", Claim("bob"));
        Assert.NotNull(await hub.Journeys.LoadAsync(Id("bob"), Token));
        Assert.Equal("m2", (await ArchivedAsync(hub)).Single().MessageId);
    }

    [Fact]
    public async Task A_message_that_comes_again_is_archived_once()
    {
        await using var hub = await NewHubAsync();

        await ProcessAsync(hub, "m1", Claim("ann"));
        await ProcessAsync(hub, "m1", Claim("ann"));
        await ProcessAsync(hub, "m1~2", Claim("ann"));
        await ProcessAsync(hub, "m2", Claim("ann"));

        Assert.Equal(["m1", "m2"], (await ArchivedAsync(hub)).Select(archived => archived.MessageId).Order());
    }

    [Fact]
    public async Task A_delivery_about_a_known_lead_costs_one_transaction_and_one_blob_however_many_events_it_has()
    {
        await using var hub = await NewHubAsync();
        await ProcessAsync(hub, "m1", [.. Enumerable.Range(0, 150).Select(number => Claim($"lead{number}"))]);
        using var counters = hub.Count();

        await ProcessAsync(hub, "m2", [.. Enumerable.Range(0, 99).Select(number => Claim($"lead{number}", number: 2))]);

        Assert.Equal(1, counters["hub.archive.requests"]);
        Assert.Equal(1, counters["hub.blob.requests"]);
    }

    [Fact]
    public async Task Who_is_erased_leaves_the_archive_and_others_of_the_same_delivery_stay()
    {
        await using var hub = await NewHubAsync();
        await ProcessAsync(hub, "alone", Claim("ann") with { SubjectEmail = "ann@archive.example.com" });
        await ProcessAsync(hub, "both", Claim("ann", number: 2), Claim("bob"), Claim("cleo"));
        await ProcessAsync(hub, "address", Claim("other") with { SubjectEmail = "ann@archive.example.com", OnlyIfKnown = true, People = [] });
        await ProcessAsync(hub, "bob", Claim("bob", number: 2));
        var before = await NamesAsync(hub);

        Assert.True(await hub.Get<ErasureFlow>().EraseAsync(Id("ann"), Token));

        var left = await ArchivedAsync(hub);
        Assert.Equal(["bob", "both"], left.Select(archived => archived.MessageId).Order());
        Assert.Equal(
            [Record("bob"), Record("bob"), Record("cleo")],
            left.SelectMany(archived => archived.Events(_tool)).SelectMany(source => source.People).OrderBy(key => key.Id, StringComparer.Ordinal));
        var gone = before.Except(await NamesAsync(hub)).ToList();
        Assert.Equal(3, gone.Count);
        Assert.All(gone, name => Assert.DoesNotContain($"d-{name.Rest}", Keys()));
        Assert.Equal(5, (await RowsAsync(hub)).Count(row => row.PartitionKey != "days"));

        IEnumerable<string> Keys() => RowsAsync(hub).GetAwaiter().GetResult().Select(row => row.RowKey);
    }

    [Fact]
    public async Task A_person_of_a_shared_deal_is_taken_off_it_and_the_deal_of_nobody_else_is_forgotten()
    {
        await using var hub = await NewHubAsync();
        static DealChangedEvent Deal(string id, params string[] people) =>
            new(new EventHeader($"deal {id}", ToolSide.Crm, Monday) { People = [.. people.Select(Record)] }) { DealId = id };
        _tool.Answer = source => source is DealChangedEvent { DealId: var id } ? Deal(id, id == "shared" ? ["ann", "bob"] : ["ann"]) : source;
        await ProcessAsync(hub, "people", Claim("ann"), Claim("bob"));
        await ProcessAsync(hub, "shared", Deal("shared") with { NeedsEnrichment = ["people"] });
        await ProcessAsync(hub, "own", Deal("own") with { NeedsEnrichment = ["people"] });
        await ProcessAsync(hub, "own later", Deal("own") with { DedupeKey = "later" });

        await hub.Get<ErasureFlow>().EraseAsync(Id("ann"), Token);

        var left = await ArchivedAsync(hub);
        Assert.Equal(["people", "shared"], left.Select(archived => archived.MessageId).Order());
        Assert.Equal([Record("bob"), Record("bob")], left.SelectMany(archived => archived.Events(_tool)).SelectMany(source => source.People));
    }

    [Fact]
    public async Task Events_of_a_person_who_was_erased_before_do_not_stay_in_the_archive()
    {
        await using var hub = await NewHubAsync();
        await ProcessAsync(hub, "m1", Claim("ann"));
        await ProcessAsync(hub, "bye", new PrivacyDeletedEvent(new EventHeader("bye", ToolSide.Marketing, Monday) { People = [Record("ann")] }));

        await ProcessAsync(hub, "late", Claim("ann", number: 2), Claim("bob"));

        var late = Assert.Single(await ArchivedAsync(hub));
        Assert.Equal([Record("bob")], late.Events(_tool).SelectMany(source => source.People));
    }

    [Fact]
    public async Task A_day_leaves_the_archive_when_it_is_older_than_is_kept_with_keys_rows_and_blobs()
    {
        await using var hub = await NewHubAsync("--Archive:KeepFor=2");
        await ProcessAsync(hub, "old", Claim("ann"));
        _clock.SetUtcNow(Monday.AddDays(1));
        await ProcessAsync(hub, "young", Claim("bob"));
        _clock.SetUtcNow(Monday.AddDays(2));
        await hub.Get<ArchiveFlow>().SweepAsync(Token);
        Assert.Equal(2, (await NamesAsync(hub)).Count);

        _clock.SetUtcNow(Monday.AddDays(3));
        await hub.Get<ArchiveFlow>().SweepAsync(Token);

        Assert.Equal("young", Assert.Single(await ArchivedAsync(hub)).MessageId);
        Assert.Single(await NamesAsync(hub));
        Assert.All(await RowsAsync(hub), row => Assert.NotEqual(ArchiveName.DayOf(Monday), row.PartitionKey == "days" ? row.RowKey : row.PartitionKey));
        await hub.Get<ProcessFlow>().HandleAsync(_tool.Delivers(Monday, Claim("late")), "late", again: false, Token);
        Assert.Single(await NamesAsync(hub));
    }

    [Fact]
    public async Task Another_key_of_the_settings_wraps_new_days_and_the_old_key_still_opens_old_ones()
    {
        static string Key(string version, byte fill) => $"{version}:{Convert.ToBase64String([.. Enumerable.Repeat(fill, 32)])}";
        await using (var before = await NewHubAsync($"--Archive:Keys={Key("k1", 1)}"))
        {
            await ProcessAsync(before, "old", Claim("ann"));
        }

        _clock.SetUtcNow(Monday.AddDays(1));
        await using (var turned = await NewHubAsync($"--Archive:Keys={Key("k2", 2)},{Key("k1", 1)}"))
        {
            await ProcessAsync(turned, "new", Claim("bob"));
            Assert.Equal(["old", "new"], (await ArchivedAsync(turned)).Select(archived => archived.MessageId));
        }

        await using var without = await NewHubAsync($"--Archive:Keys={Key("k2", 2)}");
        var names = await NamesAsync(without);
        Assert.Equal("new", (await without.Get<ArchiveStore>().ReadAsync(names[1], Token))!.MessageId);
        await Assert.ThrowsAsync<System.Security.Cryptography.CryptographicException>(() => without.Get<ArchiveStore>().ReadAsync(names[0], Token));
    }

    [Fact]
    public async Task The_command_line_reads_the_deliveries_of_a_time_with_the_settings_of_the_hub()
    {
        await using var hub = await NewHubAsync();
        foreach (var number in Enumerable.Range(0, 4))
        {
            await ProcessAsync(hub, $"m{number}", Claim("ann", number));
            _clock.Advance(TimeSpan.FromHours(12));
        }

        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["AzureWebJobsStorage"] = azurite.ConnectionString,
            ["Archive:Keys"] = Given.ArchiveKeys,
            ["Hub:TablePrefix"] = azurite.PrefixOfTest(),
        }).Build();
        var read = await ArchiveRange.Open(settings, Monday.AddHours(12), Monday.AddHours(36)).ReadAsync(Token).ToListAsync(Token);

        Assert.Equal(["m1", "m2"], read.Select(archived => archived.MessageId));
        Assert.Throws<InvalidSettingsException>(() => ArchiveRange.Open(new ConfigurationBuilder().Build(), Monday, Monday.AddDays(1)));
    }

    private static IdentityKey Record(string who) => IdentityKey.Person("tool", who);

    private static LeadId Id(string who) => Given.Keys.LeadOf(Record(who));

    private static StageChangedEvent Claim(string who, int number = 1) =>
        new(new EventHeader($"{who}|{number}", ToolSide.Marketing, Monday.AddMinutes(number)) { People = [Record(who)] })
        {
            Stage = FunnelStage.Interest,
            ToStageRaw = "interest",
        };

    private Task<TestHub> NewHubAsync(params string[] settings) => TestHub.CreateAsync(azurite, _clock, [_tool], settings);

    private Task ProcessAsync(TestHub hub, string messageId, params SourceEvent[] events) =>
        hub.Get<ProcessFlow>().HandleAsync(_tool.Delivers(_clock.GetUtcNow(), events), messageId, again: false, Token);

    private static async Task<IReadOnlyList<ArchiveName>> NamesAsync(TestHub hub)
    {
        var container = await hub.Get<HubBlobs>().GetAsync(HubBlobs.Archive, Token);
        return await container.GetBlobsAsync(new GetBlobsOptions(), Token)
            .Select(blob => ArchiveName.TryParse(blob.Name, out var name) ? name : throw new InvalidOperationException(blob.Name)).ToListAsync(Token);
    }

    private static async Task<IReadOnlyList<ArchivedDelivery>> ArchivedAsync(TestHub hub)
    {
        var archived = new List<ArchivedDelivery>();
        foreach (var name in await NamesAsync(hub))
        {
            archived.Add((await hub.Get<ArchiveStore>().ReadAsync(name, Token))!);
        }

        return archived;
    }

    private static async Task<IReadOnlyList<string>> ContentsAsync(TestHub hub)
    {
        var container = await hub.Get<HubBlobs>().GetAsync(HubBlobs.Archive, Token);
        var contents = new List<string>();
        foreach (var name in await NamesAsync(hub))
        {
            contents.Add(System.Text.Encoding.Latin1.GetString((await container.GetBlobClient(name.Blob).DownloadContentAsync(Token)).Value.Content));
        }

        return contents;
    }

    private static async Task<IReadOnlyList<TableEntity>> RowsAsync(TestHub hub) =>
        await (await hub.Get<HubTables>().GetAsync(HubTables.ArchiveKeys, Token)).QueryAsync<TableEntity>(cancellationToken: Token).ToListAsync(Token);
}

using System.Text.Json;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Recorded;
using IntegrationHub.Connectors.Tests.Payloads;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Tests.Generic;

/// <summary>Two tools by a settings file alone: every recorded delivery of theirs against what a connector of their own would make
/// of it.</summary>
public sealed class GenericPayloadTests
{
    public static TheoryData<string> Cases =>
    [
        .. new[] { "mautic", "pipedrive" }.SelectMany(tool => Directory.EnumerateFiles(Path.Combine(Corpus.Folder, tool), "*.http"))
            .Select(path => Path.GetRelativePath(Corpus.Folder, path).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_recorded_delivery_is_read_by_settings_alone(string recorded)
    {
        var expected = await PayloadTests.ExpectedAsync(recorded);

        var reading = await ReaderOf(recorded.Split('/')[0]).ReadAsync(Path.Combine(Corpus.Folder, recorded), Stop);

        var actual = JsonSerializer.SerializeToNode(reading, JsonSerializerOptions.Web)!.AsObject();
        Assert.Equal((bool)expected["accept"]! ? "accepted" : "rejected", (string?)actual["verdict"]);
        var events = expected["events"]!.AsArray();
        Assert.Equal(events.Count, actual["events"]!.AsArray().Count);
        Assert.All(events, (item, i) => PayloadTests.AssertSame(item!.AsObject(), actual["events"]![i]!.AsObject()));
    }

    [Fact]
    public async Task Two_events_are_the_same_exactly_when_they_should_be()
    {
        var pairs = new HashSet<(string Expected, string Read)>();
        foreach (var recorded in Cases.Select(row => row.Data))
        {
            var expected = await PayloadTests.ExpectedAsync(recorded);
            var reading = await ReaderOf(recorded.Split('/')[0]).ReadAsync(Path.Combine(Corpus.Folder, recorded), Stop);
            pairs.UnionWith(expected["events"]!.AsArray().Zip(reading.Events, (one, other) => ((string)one!["dedupeKey"]!, other.DedupeKey)));
        }

        Assert.True(pairs.Count > 15);
        Assert.Equal(pairs.Count, pairs.Select(pair => pair.Expected).Distinct().Count());
        Assert.Equal(pairs.Count, pairs.Select(pair => pair.Read).Distinct().Count());
    }

    private static CaseReader ReaderOf(string tool)
    {
        var settings = new ConfigurationBuilder().AddJsonFile(Repository.PathTo("tests", "Connectors.Tests", "Generic", "Settings", $"{tool}.json")).Build();
        var connectors = new ServiceCollection().AddLogging().AddConnectors(settings).BuildServiceProvider().GetRequiredService<ConnectorSet>();
        return new(connectors, new Uri(settings["Hub:PublicUrl"]!), TimeProvider.System);
    }
}

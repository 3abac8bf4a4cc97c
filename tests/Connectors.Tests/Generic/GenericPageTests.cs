using System.Text;
using System.Text.Json.Nodes;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Connectors.Tests.Generic;

/// <summary>The page for operators says what works: its settings, put together, make a connector.</summary>
public sealed class GenericPageTests
{
    [Fact]
    public async Task The_settings_of_the_page_are_right()
    {
        var page = await File.ReadAllTextAsync(Repository.PathTo("docs", "operations", "add-any-tool.md"), TestContext.Current.CancellationToken);
        var blocks = BlocksOf(page).ToList();
        var whole = JsonNode.Parse(blocks.Single(block => block.StartsWith('{')))!;
        var tool = whole["Connectors"]!["webinar"]!.AsObject();
        foreach (var part in blocks.Where(block => block.StartsWith('"')))
        {
            foreach (var (name, value) in JsonNode.Parse($"{{{part}}}")!.AsObject())
            {
                tool[name] = value?.DeepClone();
            }
        }

        var settings = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(whole.ToJsonString()))).Build();
        var connector = new ServiceCollection().AddLogging().AddConnectors(settings).BuildServiceProvider().GetRequiredService<ConnectorSet>().Find<IPollSource>("webinar")!;
        var read = connector.Read(new()
        {
            Connector = "webinar", Headers = new Dictionary<string, string>(), ReceivedAt = DateTimeOffset.UnixEpoch,
            Body = """{"events":[{"id":"1","type":"attended","minutes":40,"attendee":{"id":7,"email":"ana@example.com","name":"Ana Ruiz"},"webinar":{"title":"Demo"},"time":"2026-03-02T10:15:00Z"}]}"""u8.ToArray(),
        });

        Assert.Equal("Demo", Assert.IsType<ActivityEvent>(Assert.Single(read)).Detail);
        Assert.True(blocks.Count > 4);
    }

    /// <summary>The indented blocks of JSON.</summary>
    private static IEnumerable<string> BlocksOf(string page) => page.ReplaceLineEndings("\n").Split("\n\n")
        .Where(block => block.StartsWith("    ", StringComparison.Ordinal))
        .Select(block => string.Join('\n', block.Split('\n').Select(line => line.StartsWith("    ", StringComparison.Ordinal) ? line[4..] : line)).Trim())
        .Where(block => block is ['{' or '"', ..]);
}

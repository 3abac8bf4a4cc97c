using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using IntegrationHub.Connectors;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Events;
using IntegrationHub.Connectors.Recorded;
using IntegrationHub.Functions.Alerts.Links;
using IntegrationHub.Functions.Alerts.Mailbox;
using IntegrationHub.Functions.Platform.Messaging;
using IntegrationHub.Funnel;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IntegrationHub.Fuzzing;

/// <summary>The parsers, with the recorded deliveries as inputs that are right.</summary>
internal static class FuzzTargets
{
    private static readonly DateTimeOffset Now = new(2027, 1, 4, 9, 0, 0, TimeSpan.Zero);

    public static async Task<FuzzTarget> FindAsync(string name, string payloads, CancellationToken cancellationToken) => name switch
    {
        "hubspot" or "klaviyo" or "customerio" or "mailchimp" or "mautic" or "activecampaign" or "pipedrive" or "dynamics" =>
            await OfConnectorAsync(name, name, "", _ => true, payloads, cancellationToken),
        "pipedrive-poll" => OfRows(name, "pipedrive", payloads, PipedriveRows),
        "dynamics-poll" => OfRows(name, "dynamics", payloads, DynamicsRows),
        "marketo" => await OfConnectorAsync(name, "marketo", "", recorded => !recorded.IsPoll, payloads, cancellationToken),
        "marketo-poll" => await OfConnectorAsync(name, "marketo", Delivery.PollChannel, recorded => recorded.IsPoll, payloads, cancellationToken),
        "generic" => await OfConnectorAsync(name, "anytool", "", _ => true, payloads, cancellationToken),
        "generic-form" => await OfConnectorAsync(name, "anyform", "", _ => true, payloads, cancellationToken),
        "salesforce-poll" => await OfConnectorAsync(name, "salesforce", Delivery.PollChannel, recorded => recorded.IsPoll, payloads, cancellationToken),
        "salesforce-change" => await OfConnectorAsync(name, "salesforce", "cdc", recorded => !recorded.IsPoll && !IsXml(recorded), payloads, cancellationToken),
        "salesforce-outbound" => await OfConnectorAsync(name, "salesforce", "outbound", IsXml, payloads, cancellationToken),
        "links" => OfLinks(),
        "queue-rows" => OfQueueRows(),
        _ => throw new ArgumentException($"must be one of {string.Join(", ", FuzzRun.Targets)}", nameof(name)),
    };

    /// <summary>Pages of polls of vendors without a recorded one.</summary>
    private const string PipedriveRows =
        """
        {"success":true,"data":[{"id":8,"first_name":"Ana","emails":[{"value":"ana@example.com","primary":true}],"phones":[],"marketing_status":"unsubscribed","org_id":1,"update_time":"2026-03-02T10:15:00Z"},{"id":9,"status":"won","stage_id":5,"pipeline_id":1,"person_id":8,"value":12.5,"currency":"EUR","add_time":"2026-03-01T10:15:00Z","update_time":"2026-03-02T10:15:00Z"},{"id":10,"due_date":"2026-03-03","due_time":"09:30","done":false,"participants":[{"person_id":8,"primary":true}],"update_time":"2026-03-02T10:15:00Z"}],"additional_data":{"next_cursor":null}}
        """;

    private const string DynamicsRows =
        """
        {"@odata.context":"https://acme.crm.dynamics.com/api/data/v9.2/$metadata#leads/$delta","value":[{"@odata.etag":"W/1","leadid":"11111111-0006-4000-8000-000000000001","emailaddress1":"ana@example.com","statecode":0,"statuscode":1,"statuscode@OData.Community.Display.V1.FormattedValue":"New","_ownerid_value":"a0000000-0002-4000-8000-00000000000a","donotbulkemail":true,"modifiedon":"2026-03-02T10:15:00Z"},{"@odata.context":"https://acme.crm.dynamics.com/api/data/v9.2/$metadata#leads/$deletedEntity","id":"11111111-0006-4000-8000-000000000002","reason":"deleted"}],"@odata.deltaLink":"https://acme.crm.dynamics.com/api/data/v9.2/leads?$select=leadid&$deltatoken=1"}
        """;

    private static FuzzTarget OfRows(string name, string connector, string payloads, string page)
    {
        var source = ConnectorsOf(payloads).Find<IWebhookSource>(connector)!;
        return new(
            name, [Encoding.UTF8.GetBytes(page.Trim())], body => ReadDelivery(source, connector, Delivery.PollChannel, body),
            failure => failure is UnreadableDeliveryException);
    }

    private static bool IsXml(RecordedCase recorded) => recorded.Body.Span.TrimStart(" \r\n\t"u8).StartsWith("<"u8);

    private static async Task<FuzzTarget> OfConnectorAsync(
        string name, string connector, string channel, Func<RecordedCase, bool> isMeant, string payloads, CancellationToken cancellationToken)
    {
        var seeds = new List<byte[]>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(payloads, connector), "*.http").Order(StringComparer.Ordinal))
        {
            var recorded = await RecordedCase.LoadAsync(file, cancellationToken);
            if (isMeant(recorded) && recorded.Body.Length > 0)
            {
                seeds.Add(recorded.Body.ToArray());
            }
        }

        var source = ConnectorsOf(payloads).Find<IWebhookSource>(connector)!;
        return new(name, seeds, body => ReadDelivery(source, connector, channel, body), failure => failure is UnreadableDeliveryException);
    }

    /// <summary>All that happens with a delivery between the door and the journeys.</summary>
    private static void ReadDelivery(IWebhookSource source, string connector, string channel, byte[] body)
    {
        var delivery = new Delivery { Connector = connector, Channel = channel, Headers = new Dictionary<string, string>(), Body = body, ReceivedAt = Now };
        source.Check(delivery, Now);
        foreach (var told in source.Read(delivery))
        {
            foreach (var fact in FactMapper.ToFacts(told, connector, Now, "message"))
            {
                JsonSerializer.Serialize(fact);
            }
        }

        foreach (var part in source.Split(delivery))
        {
            source.Read(part);
        }
    }

    private static ConnectorSet ConnectorsOf(string payloads) =>
        new ServiceCollection()
            .AddLogging()
            .AddConnectors(new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(Path.Combine(payloads, "settings.json"))).Build())
            .BuildServiceProvider()
            .GetRequiredService<ConnectorSet>();

    private static FuzzTarget OfLinks()
    {
        var lead = LeadId.Parse("0123456789abcdef01234567");
        var links = new LinkProtector(new EphemeralDataProtectionProvider());
        byte[][] seeds =
        [
            .. Enum.GetValues<LinkPurpose>().Select(purpose => Encoding.UTF8.GetBytes(
                links.Write(new(purpose, RecipientGroup.Parse("marketing"), lead, "alert", Now)))),
        ];
        return new("links", seeds, input => links.Read(Encoding.UTF8.GetString(input)), _ => false);
    }

    private static FuzzTarget OfQueueRows()
    {
        byte[][] seeds =
        [
            .. new[]
            {
                "connector=hubspot\nchannel=\nmethod=POST\nreceivedAt=2027-01-04T09:00:00.0000000+00:00\nencoding=identity\npublicUrl=https://hub.example.com/api/webhooks/hubspot\nheader-X-HubSpot-Signature-v3=abc\n\n[]",
                "connector=salesforce\nchannel=poll\nmethod=GET\nreceivedAt=2027-01-04T09:00:00Z\nencoding=gzip\n\n",
            }.Select(Encoding.UTF8.GetBytes),
            [.. "connector=hubspot\nreceivedAt=2027-01-04T09:00:00Z\nencoding=gzip\n\n"u8, .. Packed(new byte[1024 * 1024])],
        ];
        return new("queue-rows", seeds, ReadRow, failure => failure is UnrecoverableMessageException);
    }

    private static byte[] Packed(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(body);
        }

        return packed.ToArray();
    }

    /// <summary>An input is a line for each property, an empty line, and the body.</summary>
    private static void ReadRow(byte[] input)
    {
        var end = input.AsSpan().IndexOf("\n\n"u8);
        var (head, body) = end < 0 ? (input, []) : (input[..end], input[(end + 2)..]);
        var properties = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var line in Encoding.UTF8.GetString(head).Split('\n'))
        {
            var parts = line.Split('=', 2);
            properties[parts[0]] = parts.Length == 2 ? parts[1] : line.Length;
        }

        var row = new TableEntity("spool", "row") { ["Body0"] = body };
        foreach (var (name, value) in properties)
        {
            row[$"p_{name}"] = value;
        }

        MessageRow.Read(row);
        InboundMessage.Read(ServiceBusModelFactory.ServiceBusReceivedMessage(BinaryData.FromBytes(body), properties: properties));
    }
}

using System.Security.Cryptography;
using System.Text;
using IntegrationHub.Connectors.Abstractions;
using IntegrationHub.Connectors.Tests.Common;

namespace IntegrationHub.Connectors.Tests.Salesforce;

/// <summary>Change events of a relay that signs.</summary>
public sealed class SalesforceSignedWebhookTests : SignedWebhookSuite
{
    protected override string Vendor => "salesforce";

    protected override string SecretSetting => "RelaySecret";

    protected override bool NeedsSecret => false;

    protected override string Body => SalesforceBodies.Change("Lead", "00Q5g00000AbCdEEAV");

    protected override string Several => $"[{Body},{SalesforceBodies.Change("Contact", "0035g00000AbCdEEAV")}]";

    protected override string UnknownKind => SalesforceBodies.Change("Case", "5005g00000AbCdEEAV");

    protected override IReadOnlyList<string> Malformed => SalesforceBodies.NoChange;

    protected override Delivery Send(string body, string secret, DateTimeOffset sentAt)
    {
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body));
        return Deliver(body, ("X-Hub-Signature", $"sha256={Convert.ToHexStringLower(signature)}")) with { Channel = "cdc" };
    }

    /// <summary>A change event does not name the organisation.</summary>
    protected override IEnumerable<Delivery> SendOfOthers(string secret) => [];
}

/// <summary>Change events of a relay that shows its token.</summary>
public sealed class SalesforceTokenWebhookTests : WebhookSuite
{
    protected override string Vendor => "salesforce";

    protected override string SecretSetting => "RelayToken";

    protected override bool NeedsSecret => false;

    protected override string Body => SalesforceBodies.Change("Opportunity", "0065g00000XyZ01AAF");

    protected override string UnknownKind => SalesforceBodies.Change("Case", "5005g00000AbCdEEAV");

    protected override IReadOnlyList<string> Malformed => SalesforceBodies.NoChange;

    protected override Delivery Send(string body, string secret, DateTimeOffset sentAt) =>
        Deliver(body, ("Authorization", $"Bearer {secret}")) with { Channel = "cdc" };

    /// <summary>A change event does not name the organisation.</summary>
    protected override IEnumerable<Delivery> SendOfOthers(string secret) => [];
}

/// <summary>Outbound messages, whose secret is in the path.</summary>
public sealed class SalesforceOutboundWebhookTests : WebhookSuite
{
    protected override string Vendor => "salesforce";

    protected override string SecretSetting => "OutboundSecret";

    protected override bool NeedsSecret => false;

    protected override string Body => Message(Notification(1, "Lead"));

    protected override string Several => Message(Notification(1, "Lead"), Notification(2, "Contact"));

    protected override string UnknownKind => Message(Notification(1, "Case"));

    protected override IReadOnlyList<string> Malformed => ["", "<a>", "<a/>", "not xml", Message(), Message("<Notification/>")];

    protected override Delivery Send(string body, string secret, DateTimeOffset sentAt) => Deliver(body) with { Channel = $"outbound/{secret}" };

    protected override IEnumerable<Delivery> SendOfOthers(string secret) =>
        new[] { "00D5g000001AbCe", "00d5g000001abcd", "" }
            .Select(organization => Send(Body.Replace("00D5g000001AbCdEAK", organization, StringComparison.Ordinal), secret, SentAt));

    protected override IEnumerable<Delivery> Unproven(Delivery genuine) =>
        new[] { "outbound/", $"{genuine.Channel}0", $"{genuine.Channel}/x", $"{genuine.Channel},{genuine.Channel}" }
            .Select(channel => genuine with { Channel = channel });

    protected override Delivery Unshown(Delivery head) => head with { Channel = "outbound/another" };

    private static string Message(params string[] notifications) => $"""
        <soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>
        <notifications xmlns="http://soap.sforce.com/2005/09/outbound"><OrganizationId>00D5g000001AbCdEAK</OrganizationId>{string.Concat(notifications)}</notifications>
        </soapenv:Body></soapenv:Envelope>
        """;

    private static string Notification(int number, string entity) => $"""
        <Notification><Id>04l5g00000N000{number}AAB</Id><sObject xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sf="urn:sobject.enterprise.soap.sforce.com" xsi:type="sf:{entity}">
        <sf:Id>00Q5g00000AbCdEEAV</sf:Id></sObject></Notification>
        """;
}

internal static class SalesforceBodies
{
    public static IReadOnlyList<string> NoChange { get; } =
    [
        "", "{", "{}", "1", "not JSON",
        """{"payload":{"ChangeEventHeader":{"entityName":"Lead","changeType":"UPDATE","transactionKey":"t","recordIds":"00Q"}}}""",
    ];

    public static string Change(string entity, string id) =>
        $$$"""
        {"payload":{"ChangeEventHeader":{"entityName":"{{{entity}}}","recordIds":["{{{id}}}"],"changeType":"UPDATE","transactionKey":"tx","sequenceNumber":1,"commitTimestamp":1772446500000},"Phone":"1"}}
        """;
}

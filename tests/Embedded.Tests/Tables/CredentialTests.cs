using System.Net;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Data.Tables.Sas;

namespace IntegrationHub.Embedded.Tests.Tables;

public sealed class CredentialTests(Azurite azurite) : TableTest(azurite)
{
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const string EmptyPage = """{"value":[]}""";

    private static readonly DateTimeOffset Soon = DateTimeOffset.UtcNow.AddHours(1);

    private static TableClientOptions Over(Wire wire) => new() { Transport = new HttpClientTransport(new HttpClient(wire)) };

    private static HttpResponseMessage Empty(HttpRequestMessage request) => Wire.Answer(HttpStatusCode.OK, EmptyPage);

    [Theory]
    [InlineData("https://hub.table.core.windows.net", "/hub/leads()")]
    [InlineData("https://hub-secondary.table.core.windows.net", "/hub/leads()")]
    [InlineData("http://127.0.0.1:10002/hub", "/hub/hub/leads()")]
    [InlineData("http://127.0.0.1:10002/hub-secondary/", "/hub/hub-secondary/leads()")]
    public async Task A_key_signs_date_and_path_as_they_go_over_the_wire(string endpoint, string resource)
    {
        Wire wire = new(Empty);
        TableClient client = new(new Uri(endpoint), "leads", new TableSharedKeyCredential("hub", Key), Over(wire));

        await client.QueryAsync<TableEntity>("PartitionKey eq 'a b'", cancellationToken: Cancellation).ToListAsync(Cancellation);

        var (_, uri, _, headers) = Assert.Single(wire.Sent);
        var signed = $"{headers["x-ms-date"]}\n{resource}";
        Assert.Equal($"SharedKeyLite hub:{Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Key), Encoding.UTF8.GetBytes(signed)))}", headers["Authorization"]);
        Assert.EndsWith(resource["/hub".Length..], uri.AbsolutePath, StringComparison.Ordinal);
        Assert.Equal("?$filter=PartitionKey%20eq%20%27a%20b%27", uri.Query);
        Assert.InRange(DateTimeOffset.Parse(headers["x-ms-date"], System.Globalization.CultureInfo.InvariantCulture), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
    }

    [Fact]
    public async Task A_changed_key_signs_the_next_request()
    {
        TableSharedKeyCredential credential = new(Table.AccountName, Convert.ToBase64String(new byte[64]));
        TableClient client = new(new Uri(Table.Uri, "."), Table.Name, credential);
        Assert.Equal(403, (await Assert.ThrowsAsync<RequestFailedException>(() => client.AddEntityAsync(new TableEntity("p", "r"), Cancellation))).Status);

        Assert.SkipUnless(Store.IsAzurite, "Only Azurite's key is known to everybody.");
        credential.SetAccountKey(Key);

        Assert.Equal(204, (await client.AddEntityAsync(new TableEntity("p", "r"), Cancellation)).Status);
    }

    [Fact]
    public async Task A_token_is_sent_as_bearer_and_asked_for_once()
    {
        Wire wire = new(Empty, Empty);
        FixedToken credential = new();
        TableServiceClient service = new(new Uri("https://hub.table.core.windows.net/"), credential, Over(wire));

        await service.GetTableClient("leads").QueryAsync<TableEntity>(cancellationToken: Cancellation).ToListAsync(Cancellation);
        await new TableClient(service.Uri, "leads", new FixedToken(), Over(wire)).QueryAsync<TableEntity>(cancellationToken: Cancellation).ToListAsync(Cancellation);

        Assert.Equal(["https://storage.azure.com/.default"], credential.Asked);
        Assert.All(wire.Sent, request => Assert.Equal("Bearer secret", request.Headers["Authorization"]));
        Assert.All(wire.Sent, request => Assert.Equal(("https://hub.table.core.windows.net/leads()", "2020-12-06"), (request.Uri.AbsoluteUri, request.Headers["x-ms-version"])));
        Assert.Equal("hub", service.AccountName);
    }

    [Fact]
    public async Task A_token_does_not_go_over_an_open_line()
    {
        Wire wire = new(Empty);
        TableClient client = new(new Uri("http://hub.table.core.windows.net/"), "leads", new FixedToken(), Over(wire));

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await client.QueryAsync<TableEntity>(cancellationToken: Cancellation).ToListAsync(Cancellation));

        Assert.Empty(wire.Sent);
    }

    [Fact]
    public async Task A_signature_for_a_table_lets_in_and_no_further()
    {
        var uri = Table.GenerateSasUri(TableSasPermissions.Read | TableSasPermissions.Add, Soon);
        TableClient client = new(uri);

        await client.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1 }, Cancellation);
        await client.AddEntityAsync(new TableEntity("p", "s"), Cancellation);

        Assert.Equal(2, await client.QueryAsync<TableEntity>("PartitionKey eq 'p'", cancellationToken: Cancellation).CountAsync(Cancellation));
        Assert.Equal((Table.Name, Table.Uri), (client.Name, client.Uri));
        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => client.DeleteEntityAsync("p", "r", cancellationToken: Cancellation));
        Assert.Equal(403, failure.Status);
    }

    [Fact]
    public async Task A_signature_for_a_table_lets_transactions_in()
    {
        Assert.SkipWhen(Store.IsAzurite, "Azurite knows no table in the address of a transaction, and so no signature for one; that of an account it takes.");
        TableClient client = new(Table.GenerateSasUri(TableSasPermissions.All, Soon));

        await client.SubmitTransactionAsync([new(TableTransactionActionType.Add, new TableEntity("p", "r"))], Cancellation);

        Assert.True(await ExistsAsync("r"));
    }

    [Fact]
    public async Task A_signature_for_the_account_works_as_credential_and_in_a_connection_string()
    {
        var uri = new TableServiceClient(Store.ConnectionString).GenerateSasUri(TableAccountSasPermissions.All, TableAccountSasResourceTypes.All, Soon);
        var endpoint = new Uri(uri.GetLeftPart(UriPartial.Path));

        await new TableServiceClient(endpoint, new AzureSasCredential(uri.Query)).GetTableClient(Table.Name).AddEntityAsync(new TableEntity("p", "a"), Cancellation);
        await new TableClient(new Uri($"{endpoint}/{Table.Name}"), new AzureSasCredential(uri.Query[1..])).AddEntityAsync(new TableEntity("p", "b"), Cancellation);
        await new TableClient($"TableEndpoint={endpoint};SharedAccessSignature={uri.Query[1..]}", Table.Name).AddEntityAsync(new TableEntity("p", "c"), Cancellation);

        await new TableClient(new Uri($"{endpoint}/{Table.Name}{uri.Query}")).SubmitTransactionAsync([new(TableTransactionActionType.Add, new TableEntity("p", "d"))], Cancellation);

        Assert.Equal((true, true, true, true), (await ExistsAsync("a"), await ExistsAsync("b"), await ExistsAsync("c"), await ExistsAsync("d")));
    }

    [Fact]
    public async Task A_renewed_signature_takes_the_place_of_the_old_one_even_between_two_tries()
    {
        AzureSasCredential credential = new("sig=old");
        Wire wire = new(
            _ =>
            {
                credential.Update("?sig=new");
                return Wire.Answer(HttpStatusCode.ServiceUnavailable);
            },
            Empty);
        TableClientOptions options = Over(wire);
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);

        await new TableClient(new Uri("https://hub.table.core.windows.net/leads"), credential, options)
            .QueryAsync<TableEntity>("A eq 1", cancellationToken: Cancellation).ToListAsync(Cancellation);

        Assert.Equal(["?$filter=A%20eq%201&sig=old", "?$filter=A%20eq%201&sig=new"], wire.Sent.Select(request => request.Uri.Query));
    }

    [Fact]
    public void A_signature_does_not_go_over_an_open_line() =>
        Assert.Throws<ArgumentException>(() => new TableServiceClient(new Uri("http://hub.table.core.windows.net"), new AzureSasCredential("sig=x")));

    [Theory]
    [InlineData("UseDevelopmentStorage=true", "http://127.0.0.1:10002/devstoreaccount1", "devstoreaccount1")]
    [InlineData("usedevelopmentstorage=True;", "http://127.0.0.1:10002/devstoreaccount1", "devstoreaccount1")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=hub;AccountKey=a2V5;EndpointSuffix=core.windows.net", "https://hub.table.core.windows.net/", "hub")]
    [InlineData("AccountName=hub;AccountKey=a2V5", "https://hub.table.core.windows.net/", "hub")]
    [InlineData("AccountName=hub;AccountKey=a2V5;EndpointSuffix=core.chinacloudapi.cn;DefaultEndpointsProtocol=http", "http://hub.table.core.chinacloudapi.cn/", "hub")]
    [InlineData("AccountName=hub;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:7/hub/", "http://127.0.0.1:7/hub", "hub")]
    [InlineData("TableEndpoint=https://hub.example.com/;SharedAccessSignature=sv=1&sig=x%3D", "https://hub.example.com/", "hub")]
    public void A_connection_string_says_where_the_account_is(string connectionString, string uri, string account)
    {
        TableServiceClient service = new(connectionString);

        Assert.Equal((new Uri(uri), account), (service.Uri, service.AccountName));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("AccountName=hub")]
    [InlineData("AccountKey=a2V5")]
    [InlineData("TableEndpoint=https://hub.example.com/")]
    [InlineData("TableEndpoint=hub;AccountName=hub;AccountKey=a2V5")]
    [InlineData("AccountName=hub;AccountName=hub;AccountKey=a2V5")]
    public void A_connection_string_that_names_no_account_is_refused_without_repeating_it(string connectionString)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => new TableServiceClient(connectionString));

        Assert.DoesNotContain("a2V5", failure.Message, StringComparison.Ordinal);
    }

    private sealed class FixedToken : TokenCredential
    {
        internal List<string> Asked { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Asked.AddRange(requestContext.Scopes);
            return new("secret", DateTimeOffset.UtcNow.AddHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }
}

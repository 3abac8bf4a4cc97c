using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using IntegrationHub.Sandbox.Salesforce;

namespace IntegrationHub.Sandbox.Tests;

public sealed class SalesforceRecordTests : SandboxFixture, IDisposable
{
    private const string Records = "services/data/v60.0/sobjects/";
    private const string LeadByHubId = Records + "Lead/IntegrationHub_Lead_Id__c/";

    private readonly RSA _key = RSA.Create(2048);

    protected override SandboxOptions Options => new() { Urls = "http://127.0.0.1:0", Salesforce = new() { JwtPublicKey = _key.ExportRSAPublicKeyPem() } };

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData("00D5g000001AbCd", "00D5g000001AbCdEAK")]
    [InlineData("001D000000IRt53", "001D000000IRt53IAD")]
    public void The_long_form_of_an_id_tells_the_case_of_the_short_one(string id15, string id18)
    {
        Assert.Equal(id18, SalesforceId.To18(id15));
        Assert.True(SalesforceId.TryNormalise(id18, out var same));
        Assert.Equal(id18, same);
        Assert.False(SalesforceId.TryNormalise(id15 + "AAA", out _));
    }

    [Fact]
    public void Ids_begin_as_their_type_does()
    {
        Assert.StartsWith("00Q", Sandbox.Salesforce.CreateLead("a@example.com", "A", "Engines"), StringComparison.Ordinal);
        Assert.StartsWith("003", Sandbox.Salesforce.Create("Contact", ("LastName", "A")), StringComparison.Ordinal);
        Assert.StartsWith("006", Sandbox.Salesforce.CreateOpportunity("A", "Prospecting", new(2026, 12, 31)), StringComparison.Ordinal);
        Assert.StartsWith("00T", Sandbox.Salesforce.Create("Task", ("Subject", "A")), StringComparison.Ordinal);
        Assert.StartsWith("005", Sandbox.Salesforce.Owners[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RS256", true, 60, true)]
    [InlineData("RS256", true, -1, false)]
    [InlineData("RS256", false, 60, false)]
    [InlineData("none", true, 60, false)]
    public async Task A_JWT_is_taken_when_it_is_fresh_and_signed_with_the_known_key(string alg, bool knownKey, int expires, bool taken)
    {
        using var other = RSA.Create(2048);
        var claims = new JsonObject
        {
            ["iss"] = Options.Salesforce.ClientId,
            ["sub"] = "integration.user@example.com",
            ["aud"] = "https://login.salesforce.com",
            ["exp"] = DateTimeOffset.UtcNow.AddSeconds(expires).ToUnixTimeSeconds(),
        };
        static string Part(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
        var signed = $"{Part(Encoding.UTF8.GetBytes($$"""{"alg":"{{alg}}"}"""))}.{Part(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        var signature = (knownKey ? _key : other).SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        using var answer = await Salesforce.PostAsync("services/oauth2/token", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:jwt-bearer",
            ["assertion"] = $"{signed}.{Part(signature)}",
        }), Cancelled);

        Assert.Equal(taken ? 200 : 400, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_token_names_the_instance_and_no_lifetime_and_a_wrong_secret_gets_none()
    {
        async Task<(int, JsonNode)> AskAsync(string secret)
        {
            using var answer = await Salesforce.PostAsync("services/oauth2/token", new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "client_credentials", ["client_id"] = Options.Salesforce.ClientId, ["client_secret"] = secret,
            }), Cancelled);
            return ((int)answer.StatusCode, await BodyOf(answer));
        }

        var (status, token) = await AskAsync(Options.Salesforce.ClientSecret);
        Assert.Equal(200, status);
        Assert.Equal($"{Sandbox.Url}/salesforce", (string?)token["instance_url"]);
        Assert.False(token.AsObject().ContainsKey("expires_in"));
        Assert.Equal(400, (await AskAsync("wrong")).Item1);
    }

    [Fact]
    public async Task An_expired_session_is_refused_until_the_next_log_in()
    {
        Sandbox.Salesforce.ExpireSessions();

        var (status, body) = await QueryAsync("SELECT Id FROM Lead");
        Assert.Equal(401, status);
        Assert.Equal("INVALID_SESSION_ID", (string?)body[0]!["errorCode"]);

        await LogInToSalesforceAsync();
        Assert.Equal(200, (await QueryAsync("SELECT Id FROM Lead")).Status);
    }

    [Fact]
    public async Task A_record_is_made_read_changed_and_deleted()
    {
        var (created, body) = await PostAsync(Salesforce, Records + "Lead", """{"LastName":"Lovelace","FirstName":"Ada","Company":"Engines","Email":"ada@example.com"}""");
        var id = (string)body["id"]!;
        Assert.Equal((201, true, 18), (created, (bool)body["success"]!, id.Length));

        Assert.Equal(204, (await PatchAsync(Salesforce, Records + $"Lead/{id[..15]}", """{"Status":"Working - Contacted","Email":null}""")).Status);
        var (_, read) = await GetAsync(Salesforce, Records + $"Lead/{id}?fields=Name,Status,Email,LastModifiedById");
        Assert.Equal(("Ada Lovelace", "Working - Contacted", Sandbox.Salesforce.ApiUser), ((string?)read["Name"], (string?)read["Status"], (string?)read["LastModifiedById"]));
        Assert.Null(read["Email"]);

        Assert.Equal(204, (int)(await Salesforce.DeleteAsync(Records + $"Lead/{id}", Cancelled)).StatusCode);
        var (gone, error) = await GetAsync(Salesforce, Records + $"Lead/{id}");
        Assert.Equal((404, "ENTITY_IS_DELETED"), (gone, (string?)error[0]!["errorCode"]));
    }

    [Theory]
    [InlineData("Lead", """{"Email":"a@example.com"}""", "REQUIRED_FIELD_MISSING")]
    [InlineData("Lead", """{"LastName":"A","Company":""}""", "REQUIRED_FIELD_MISSING")]
    [InlineData("Lead", """{"LastName":"A","Company":"B","Nonsense":"1"}""", "INVALID_FIELD")]
    [InlineData("Lead", """{"LastName":"A","Company":"B","CreatedDate":"2026-03-02T10:15:00Z"}""", "INVALID_FIELD_FOR_INSERT_UPDATE")]
    [InlineData("Lead", """{"LastName":"A","Company":"B","Email":"nonsense"}""", "INVALID_EMAIL_ADDRESS")]
    [InlineData("Lead", """{"LastName":"A","Company":"B","OwnerId":"short"}""", "MALFORMED_ID")]
    [InlineData("Lead", """{"LastName":"A","Company":"B","OwnerId":"0055g0000099999"}""", "INVALID_CROSS_REFERENCE_KEY")]
    [InlineData("Lead", """{"LastName":"A","Company":"B","AnnualRevenue":"many"}""", "JSON_PARSER_ERROR")]
    [InlineData("Lead", "[", "JSON_PARSER_ERROR")]
    [InlineData("Opportunity", """{"Name":"A","StageName":"Prospecting"}""", "REQUIRED_FIELD_MISSING")]
    public async Task A_bad_record_is_refused_and_not_made(string type, string json, string expected)
    {
        var (status, body) = await PostAsync(Salesforce, Records + type, json);

        Assert.Equal(400, status);
        Assert.Equal(expected, (string?)body[0]!["errorCode"]);
        Assert.Empty(Sandbox.Salesforce.All(type));
    }

    [Theory]
    [InlineData(80, 201)]
    [InlineData(81, 400)]
    public async Task A_text_is_as_long_as_its_field_allows(int length, int expected)
    {
        var (status, _) = await PostAsync(Salesforce, Records + "Lead", $$"""{"LastName":"{{new string('a', length)}}","Company":"B"}""");

        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task An_upsert_by_external_id_makes_once_and_then_changes()
    {
        const string lead = """{"LastName":"Lovelace","Company":"Engines"}""";

        var (first, created) = await PatchAsync(Salesforce, LeadByHubId + "lead%2F1", lead);
        var (second, changed) = await PatchAsync(Salesforce, LeadByHubId + "LEAD%2F1", """{"LastName":"King"}""");
        Sandbox.Salesforce.UpsertAnswersNoContent = true;
        var (third, nothing) = await PatchAsync(Salesforce, LeadByHubId + "lead%2F1", """{"LastName":"Byron"}""");

        Assert.Equal((201, 200, 204), (first, second, third));
        Assert.Equal((true, false), ((bool)created!["created"]!, (bool)changed!["created"]!));
        Assert.Equal((string?)created["id"], (string?)changed["id"]);
        Assert.Null(nothing);
        var stored = Assert.Single(Sandbox.Salesforce.All("Lead"));
        Assert.Equal(("Byron", "lead/1"), (stored["LastName"], stored["IntegrationHub_Lead_Id__c"]));
    }

    [Fact]
    public async Task An_upsert_is_refused_with_the_external_id_in_its_body_or_by_a_field_that_is_none()
    {
        var (inBody, error) = await PatchAsync(Salesforce, LeadByHubId + "1", """{"LastName":"A","Company":"B","IntegrationHub_Lead_Id__c":"1"}""");
        var (noField, _) = await PatchAsync(Salesforce, Records + "Lead/Phone/1", """{"LastName":"A","Company":"B"}""");

        Assert.Equal((400, "INVALID_FIELD", 404), (inBody, (string?)error![0]!["errorCode"], noField));
        Assert.Empty(Sandbox.Salesforce.All("Lead"));
    }

    [Fact]
    public async Task A_second_record_with_the_same_external_id_is_refused()
    {
        await PatchAsync(Salesforce, Records + "Task/IntegrationHub_Handoff_Id__c/h1", """{"Subject":"Call"}""");

        var (status, body) = await PostAsync(Salesforce, Records + "Task", """{"Subject":"Call","IntegrationHub_Handoff_Id__c":"h1"}""");

        Assert.Equal((400, "DUPLICATE_VALUE"), (status, (string?)body[0]!["errorCode"]));
    }

    [Fact]
    public async Task A_task_for_a_lead_has_nothing_else_to_do_with()
    {
        var lead = Sandbox.Salesforce.CreateLead("a@example.com", "A", "Engines");
        var contact = Sandbox.Salesforce.Create("Contact", ("LastName", "A"));
        var deal = Sandbox.Salesforce.CreateOpportunity("Engines", "Prospecting", new(2026, 12, 31));

        Assert.Equal(400, (await PostAsync(Salesforce, Records + "Task", $$"""{"WhoId":"{{lead}}","WhatId":"{{deal}}"}""")).Status);
        Assert.Equal(201, (await PostAsync(Salesforce, Records + "Task", $$"""{"WhoId":"{{lead}}"}""")).Status);
        Assert.Equal(201, (await PostAsync(Salesforce, Records + "Task", $$"""{"WhoId":"{{contact}}","WhatId":"{{deal}}","ActivityDate":"2026-03-03"}""")).Status);
    }

    [Fact]
    public async Task A_converted_lead_becomes_a_contact_and_a_deal_and_is_written_no_more()
    {
        var (_, created) = await PatchAsync(Salesforce, LeadByHubId + "1", """{"LastName":"Lovelace","Company":"Engines","Email":"ada@example.com"}""");
        var lead = (string)created!["id"]!;
        var task = Sandbox.Salesforce.Create("Task", ("WhoId", lead), ("Subject", "Call"));

        var converted = Sandbox.Salesforce.ConvertLead(lead, "Engines for Ada");

        var contact = Sandbox.Salesforce.Get(converted["ConvertedContactId"]!)!;
        Assert.True(converted.Is("IsConverted"));
        Assert.Equal(("ada@example.com", "1"), (contact["Email"], contact["IntegrationHub_Lead_Id__c"]));
        Assert.Equal(contact.Id, Sandbox.Salesforce.Get(task)!["WhoId"]);
        Assert.Equal((converted["ConvertedOpportunityId"], contact.Id), Sandbox.Salesforce.All("OpportunityContactRole").Select(role => (role["OpportunityId"], role["ContactId"]!)).Single());
        var (status, error) = await PatchAsync(Salesforce, LeadByHubId + "1", """{"LastName":"King"}""");
        Assert.Equal((400, "CANNOT_UPDATE_CONVERTED_LEAD"), (status, (string?)error![0]!["errorCode"]));
        Assert.Equal(400, (await PatchAsync(Salesforce, Records + $"Lead/{lead}", """{"LastName":"King"}""")).Status);
        Assert.Equal(200, (await PatchAsync(Salesforce, Records + "Contact/IntegrationHub_Lead_Id__c/1", """{"LastName":"King"}""")).Status);
    }

    [Theory]
    [InlineData("Negotiation/Review", false, false, "90")]
    [InlineData("Closed Won", true, true, "100")]
    [InlineData("Closed Lost", true, false, "0")]
    public void A_stage_says_whether_a_deal_is_closed_and_won(string stage, bool closed, bool won, string probability)
    {
        var deal = Sandbox.Salesforce.CreateOpportunity("Engines", "Prospecting", new(2026, 12, 31));

        Sandbox.Salesforce.MoveOpportunity(deal, stage);

        var stored = Sandbox.Salesforce.Get(deal)!;
        Assert.Equal((closed, won, probability), (stored.Is("IsClosed"), stored.Is("IsWon"), stored["Probability"]));
        var change = Assert.Single(Sandbox.Salesforce.All("OpportunityFieldHistory"));
        Assert.Equal(("StageName", "Prospecting", stage), (change["Field"], change["OldValue"], change["NewValue"]));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public async Task A_composite_answers_each_part_and_takes_all_back_if_asked(bool allOrNone, int leads)
    {
        var (status, body) = await PostAsync(Salesforce, "services/data/v60.0/composite", $$$"""
            {"allOrNone":{{{(allOrNone ? "true" : "false")}}},"compositeRequest":[
              {"method":"PATCH","url":"/services/data/v60.0/sobjects/Lead/IntegrationHub_Lead_Id__c/1","referenceId":"lead","body":{"LastName":"Lovelace","Company":"Engines"}},
              {"method":"POST","url":"/services/data/v60.0/sobjects/Task","referenceId":"task","body":{"WhoId":"@{lead.id}","Subject":"Call"}},
              {"method":"POST","url":"/services/data/v60.0/sobjects/Task","referenceId":"bad","body":{"WhoId":"nonsense"}}]}
            """);

        var parts = body["compositeResponse"]!.AsArray().Select(part => (int)part!["httpStatusCode"]!);
        Assert.Equal(200, status);
        Assert.Equal(allOrNone ? [400, 400, 400] : [201, 201, 400], parts);
        Assert.Equal(leads, Sandbox.Salesforce.All("Lead").Count);
        Assert.Equal(leads, Sandbox.Salesforce.All("Task").Count);
        Assert.Equal(allOrNone ? 201 : 200, (await PatchAsync(Salesforce, LeadByHubId + "1", """{"LastName":"Lovelace","Company":"Engines"}""")).Status);
    }

    [Theory]
    [InlineData(false, "first")]
    [InlineData(true, "before")]
    public async Task A_collection_says_of_each_record_whether_it_was_written(bool allOrNone, string expected)
    {
        await PatchAsync(Salesforce, LeadByHubId + "1", """{"LastName":"before","Company":"Engines"}""");

        using var answer = await Salesforce.PatchAsync("services/data/v60.0/composite/sobjects/Lead/IntegrationHub_Lead_Id__c", Json($$$"""
            {"allOrNone":{{{(allOrNone ? "true" : "false")}}},"records":[
              {"attributes":{"type":"Lead"},"IntegrationHub_Lead_Id__c":"1","LastName":"first"},
              {"attributes":{"type":"Lead"},"IntegrationHub_Lead_Id__c":"2","LastName":"second"}]}
            """), Cancelled);

        var outcomes = (await BodyOf(answer)).AsArray().Select(outcome => (bool)outcome!["success"]!);
        Assert.Equal([!allOrNone, false], outcomes);
        Assert.Equal(expected, Assert.Single(Sandbox.Salesforce.All("Lead"))["LastName"]);
    }

    [Fact]
    public async Task Every_answer_tells_the_use_of_the_daily_limit()
    {
        using var answer = await Salesforce.GetAsync("services/data/v60.0/limits", Cancelled);

        Assert.Equal("api-usage=1/1000000", Assert.Single(answer.Headers.GetValues("Sforce-Limit-Info")));
        Assert.Equal(999_999, (int?)(await BodyOf(answer))["DailyApiRequests"]!["Remaining"]);
    }

    [Fact]
    public async Task What_was_deleted_or_taken_off_can_be_restored()
    {
        var lead = Sandbox.Salesforce.CreateLead("a@example.com", "A", "Engines");
        Sandbox.Salesforce.Delete("Lead", lead);
        using var gone = await Salesforce.GetAsync($"{Records}Lead/{lead}", Cancelled);
        Sandbox.Salesforce.Undelete(lead);
        using var back = await Salesforce.GetAsync($"{Records}Lead/{lead}", Cancelled);

        Assert.Equal((System.Net.HttpStatusCode.NotFound, System.Net.HttpStatusCode.OK), (gone.StatusCode, back.StatusCode));
    }

    [Fact]
    public async Task A_value_that_is_no_text_is_sent_as_its_bytes()
    {
        var lead = Sandbox.Salesforce.CreateLead("a@example.com", $"A{RawValue.HalfEmoji}", $"B{RawValue.BadByte}{RawValue.ControlCharacter}");

        var body = await Salesforce.GetByteArrayAsync($"{Records}Lead/{lead}", Cancelled);

        Assert.True(body.AsSpan().IndexOf("\"A\\ud83d\""u8) > 0);
        Assert.True(body.AsSpan().IndexOf((ReadOnlySpan<byte>)[(byte)'B', 0xFC, 0x01, (byte)'"']) > 0);
    }
}

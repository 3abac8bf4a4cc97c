using System.Text.Json.Nodes;

namespace IntegrationHub.Sandbox.Tests;

public sealed class HubSpotObjectTests : SandboxFixture
{
    [Fact]
    public async Task A_call_without_a_known_token_is_refused_in_HubSpots_form()
    {
        HubSpot.DefaultRequestHeaders.Authorization = new("Bearer", "wrong");

        var (status, body) = await GetAsync(HubSpot, "crm/v3/objects/contacts");

        Assert.Equal(401, status);
        Assert.Equal("INVALID_AUTHENTICATION", (string?)body["category"]);
        Assert.NotNull(body["correlationId"]);
    }

    [Fact]
    public async Task A_refresh_token_gives_an_access_token_that_works_until_it_expires()
    {
        using var answer = await HubSpot.PostAsync("oauth/v1/token", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["client_id"] = Options.HubSpot.ClientId,
            ["client_secret"] = Options.HubSpot.ClientSecret,
            ["refresh_token"] = Options.HubSpot.RefreshToken,
        }), Cancelled);
        var token = await BodyOf(answer);
        Assert.Equal(1800, (int?)token["expires_in"]);
        HubSpot.DefaultRequestHeaders.Authorization = new("Bearer", (string?)token["access_token"]);
        Assert.Equal(200, (await GetAsync(HubSpot, "crm/v3/objects/contacts")).Status);

        Sandbox.HubSpot.ExpireTokens();

        Assert.Equal(401, (await GetAsync(HubSpot, "crm/v3/objects/contacts")).Status);
    }

    [Fact]
    public async Task A_wrong_refresh_token_is_refused()
    {
        using var answer = await HubSpot.PostAsync("oauth/v1/token", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["client_id"] = Options.HubSpot.ClientId,
            ["client_secret"] = Options.HubSpot.ClientSecret,
            ["refresh_token"] = "wrong",
        }), Cancelled);

        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal("BAD_REFRESH_TOKEN", (string?)(await BodyOf(answer))["status"]);
    }

    [Fact]
    public async Task A_contact_is_created_once_per_address_and_read_by_it()
    {
        var (created, contact) = await PostAsync(HubSpot, "crm/v3/objects/contacts", """{"properties":{"email":"Ada@Example.com","firstname":"Ada"}}""");
        var (again, refused) = await PostAsync(HubSpot, "crm/v3/objects/contacts", """{"properties":{"email":"ada@example.com"}}""");
        var (_, read) = await GetAsync(HubSpot, "crm/v3/objects/contacts/ada@example.com?idProperty=email&properties=firstname,phone&propertiesWithHistory=email");

        Assert.Equal(201, created);
        Assert.Equal(409, again);
        Assert.Contains((string)contact["id"]!, (string)refused["message"]!, StringComparison.Ordinal);
        Assert.Equal("Ada", (string?)read["properties"]!["firstname"]);
        Assert.Null(read["properties"]!["phone"]);
        Assert.Equal("ada@example.com", (string?)read["propertiesWithHistory"]!["email"]![0]!["value"]);
        Assert.Equal("INTEGRATION", (string?)read["propertiesWithHistory"]!["email"]![0]!["sourceType"]);
    }

    [Theory]
    [InlineData("""{"properties":{"nonsense":"1"}}""", "PROPERTY_DOESNT_EXIST")]
    [InlineData("""{"properties":{"hs_object_id":"1"}}""", "READ_ONLY_VALUE")]
    [InlineData("""{"properties":{"lifecyclestage":"nonsense"}}""", "INVALID_OPTION")]
    [InlineData("""{"properties":{"email":"nonsense"}}""", "INVALID_EMAIL")]
    [InlineData("""{"properties":{"hubspotscore":"many"}}""", "INVALID_NUMBER")]
    [InlineData("{}", "properties is missing")]
    [InlineData("[", "Invalid input JSON")]
    public async Task A_bad_value_is_refused_and_nothing_is_made(string json, string words)
    {
        var (status, body) = await PostAsync(HubSpot, "crm/v3/objects/contacts", json);

        Assert.Equal(400, status);
        Assert.Contains(words, (string)body["message"]!, StringComparison.Ordinal);
        Assert.Empty(Sandbox.HubSpot.All("contacts"));
    }

    [Fact]
    public async Task The_API_moves_a_lifecycle_stage_only_forward_unless_it_is_cleared_first()
    {
        var id = Sandbox.HubSpot.CreateContact("ada@example.com", ("lifecyclestage", "opportunity"));
        async Task<string?> SetAsync(string stage)
        {
            var (status, body) = await PatchAsync(HubSpot, "crm/v3/objects/contacts/ada@example.com?idProperty=email", $$$"""{"properties":{"lifecyclestage":"{{{stage}}}"}}""");
            Assert.Equal(200, status);
            return (string?)body!["properties"]!["lifecyclestage"];
        }

        Assert.Equal("opportunity", await SetAsync("lead"));
        Assert.Equal("customer", await SetAsync("customer"));
        Assert.Null(await SetAsync(""));
        Assert.Equal("lead", await SetAsync("lead"));

        Sandbox.HubSpot.SetLifecycle(id, "subscriber");
        Assert.Equal("subscriber", Sandbox.HubSpot.Get("contacts", id)!["lifecyclestage"]);
    }

    [Fact]
    public async Task A_deal_knows_whether_its_stage_is_won_or_lost()
    {
        var contact = Sandbox.HubSpot.CreateContact("ada@example.com");
        var id = Sandbox.HubSpot.CreateDeal("Engines", "contractsent", 1200.50m, "EUR", contact);

        var (status, deal) = await PatchAsync(HubSpot, $"crm/v3/objects/deals/{id}", """{"properties":{"dealstage":"closedwon","pipeline":"default"}}""");

        Assert.Equal(200, status);
        Assert.Equal("true", (string?)deal!["properties"]!["hs_is_closed_won"]);
        Assert.NotNull(deal["properties"]!["closedate"]);
        Assert.Equal("1200.50", (string?)deal["properties"]!["amount"]);
        Assert.Equal(400, (await PatchAsync(HubSpot, $"crm/v3/objects/deals/{id}", """{"properties":{"dealstage":"Closed Won"}}""")).Status);
    }

    [Fact]
    public async Task A_task_is_made_with_its_associations_and_needs_a_time()
    {
        var contact = Sandbox.HubSpot.CreateContact("ada@example.com");
        const string types = """[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":204}]""";

        var (status, task) = await PostAsync(HubSpot, "crm/v3/objects/tasks", $$$"""
            {"properties":{"hs_timestamp":"2026-03-02T09:00:00.000Z","hs_task_subject":"Lead stalled","hs_task_status":"NOT_STARTED"},
             "associations":[{"to":{"id":{{{contact}}}},"types":{{{types}}}}]}
            """);

        Assert.Equal(201, status);
        Assert.Equal([contact], Sandbox.HubSpot.AssociatedIds("tasks", long.Parse((string)task["id"]!, null), "contacts"));
        Assert.Equal(400, (await PostAsync(HubSpot, "crm/v3/objects/tasks", """{"properties":{"hs_task_subject":"No time"}}""")).Status);
        Assert.Equal(404, (await PostAsync(HubSpot, "crm/v3/objects/tasks", $$$"""
            {"properties":{"hs_timestamp":"2026-03-02T09:00:00.000Z"},"associations":[{"to":{"id":1},"types":{{{types}}}}]}
            """)).Status);
        Assert.Single(Sandbox.HubSpot.All("tasks"));
    }

    [Fact]
    public async Task A_batch_read_tells_what_is_missing_beside_what_is_there()
    {
        Sandbox.HubSpot.CreateContact("ada@example.com");

        var (whole, _) = await PostAsync(HubSpot, "crm/v3/objects/contacts/batch/read", """{"idProperty":"email","properties":["email"],"inputs":[{"id":"ada@example.com"}]}""");
        var (partly, body) = await PostAsync(HubSpot, "crm/v3/objects/contacts/batch/read",
            """{"idProperty":"email","properties":["email"],"inputs":[{"id":"ada@example.com"},{"id":"bob@example.com"}]}""");

        Assert.Equal(200, whole);
        Assert.Equal(207, partly);
        Assert.Single(body["results"]!.AsArray());
        Assert.Equal("bob@example.com", (string?)body["errors"]![0]!["context"]!["ids"]![0]);
    }

    [Theory]
    [InlineData(100, 200)]
    [InlineData(101, 400)]
    public async Task A_batch_has_at_most_a_hundred_inputs(int count, int expected)
    {
        var inputs = new JsonArray([.. Enumerable.Range(0, count).Select(n => new JsonObject { ["idProperty"] = "email", ["id"] = $"{n}@example.com", ["properties"] = new JsonObject() })]);

        var (status, _) = await PostAsync(HubSpot, "crm/v3/objects/contacts/batch/upsert", new JsonObject { ["inputs"] = inputs }.ToJsonString());

        Assert.Equal(expected, status);
        Assert.Equal(expected == 200 ? 100 : 0, Sandbox.HubSpot.All("contacts").Count);
    }

    [Fact]
    public async Task A_bad_input_fails_alone_in_a_traced_upsert_and_the_whole_one_otherwise()
    {
        static string Inputs(string trace1, string trace2) => $$$"""
            {"inputs":[{"idProperty":"email","id":"ada@example.com"{{{trace1}}},"properties":{"firstname":"Ada"}},
                       {"idProperty":"email","id":"bob@example.com"{{{trace2}}},"properties":{"nonsense":"1"}}]}
            """;

        Assert.Equal(400, (await PostAsync(HubSpot, "crm/v3/objects/contacts/batch/upsert", Inputs("", ""))).Status);
        Assert.Empty(Sandbox.HubSpot.All("contacts"));

        var (status, body) = await PostAsync(HubSpot, "crm/v3/objects/contacts/batch/upsert", Inputs(""","objectWriteTraceId":"a" """, ""","objectWriteTraceId":"b" """));

        Assert.Equal(207, status);
        Assert.True((bool?)body["results"]![0]!["new"]);
        Assert.Equal("b", (string?)body["errors"]![0]!["context"]!["objectWriteTraceId"]![0]);
        Assert.Single(Sandbox.HubSpot.All("contacts"));
    }

    [Fact]
    public async Task Lists_page_by_after_and_show_archived_ones_apart()
    {
        var ids = Enumerable.Range(0, 5).Select(n => Sandbox.HubSpot.CreateContact($"{n}@example.com")).ToList();
        Sandbox.HubSpot.Archive("contacts", ids[4]);
        var seen = new List<string>();
        var path = "crm/v3/objects/contacts?limit=3";
        while (path.Length > 0)
        {
            var (_, page) = await GetAsync(HubSpot, path);
            seen.AddRange(page["results"]!.AsArray().Select(each => (string)each!["id"]!));
            path = page["paging"]?["next"]?["after"] is { } after ? $"crm/v3/objects/contacts?limit=3&after={after}" : "";
        }

        Assert.Equal(ids.Take(4).Select(id => $"{id}"), seen);
        var (_, archived) = await GetAsync(HubSpot, "crm/v3/objects/contacts?archived=true");
        Assert.Equal($"{ids[4]}", (string?)Assert.Single(archived["results"]!.AsArray())!["id"]);
        Assert.Equal(404, (await GetAsync(HubSpot, $"crm/v3/objects/contacts/{ids[4]}")).Status);
    }

    [Fact]
    public async Task A_merged_contact_answers_under_both_ids_and_both_addresses()
    {
        var winner = Sandbox.HubSpot.CreateContact("ada@example.com");
        var other = Sandbox.HubSpot.CreateContact("countess@example.com", ("phone", "1"));
        var deal = Sandbox.HubSpot.CreateDeal("Engines", "contractsent", contactId: other);

        var (status, merged) = await PostAsync(HubSpot, "crm/v3/objects/contacts/merge", $$"""{"primaryObjectId":"{{winner}}","objectIdToMerge":"{{other}}"}""");

        Assert.Equal(200, status);
        Assert.Equal("1", (string?)merged["properties"]!["phone"]);
        Assert.Equal("countess@example.com", (string?)merged["properties"]!["hs_additional_emails"]);
        Assert.Equal($"{winner}", (string?)(await GetAsync(HubSpot, $"crm/v3/objects/contacts/{other}")).Body["id"]);
        Assert.Equal(winner, Sandbox.HubSpot.FindContact("countess@example.com")!.Id);
        Assert.Equal([winner], Sandbox.HubSpot.AssociatedIds("deals", deal, "contacts"));
        Assert.Single(Sandbox.HubSpot.All("contacts"));
    }

    [Fact]
    public void A_merge_may_make_a_third_record()
    {
        var winner = Sandbox.HubSpot.CreateContact("ada@example.com");
        var other = Sandbox.HubSpot.CreateContact("countess@example.com");

        var result = Sandbox.HubSpot.MergeContacts(winner, other, newRecord: true);

        Assert.NotEqual(winner, result);
        Assert.Equal(result, Sandbox.HubSpot.Get("contacts", winner)!.Id);
        Assert.Equal(result, Sandbox.HubSpot.Get("contacts", other)!.Id);
        Assert.Equal(result, Sandbox.HubSpot.FindContact("ada@example.com")!.Id);
    }

    [Fact]
    public async Task A_privacy_deletion_leaves_nothing()
    {
        Sandbox.HubSpot.CreateContact("ada@example.com");

        using var answer = await HubSpot.PostAsync("crm/v3/objects/contacts/gdpr-delete", Json("""{"objectId":"ada@example.com","idProperty":"email"}"""), Cancelled);

        Assert.Equal(204, (int)answer.StatusCode);
        Assert.Null(Sandbox.HubSpot.FindContact("ada@example.com"));
        Assert.Empty((await GetAsync(HubSpot, "crm/v3/objects/contacts?archived=true")).Body["results"]!.AsArray());
    }

    [Fact]
    public async Task Deals_tell_their_contacts_singly_and_in_a_batch()
    {
        var contact = Sandbox.HubSpot.CreateContact("ada@example.com");
        var deal = Sandbox.HubSpot.CreateDeal("Engines", "contractsent", contactId: contact);
        var lonely = Sandbox.HubSpot.CreateDeal("Looms", "contractsent");

        var (_, single) = await GetAsync(HubSpot, $"crm/v4/objects/deals/{deal}/associations/contacts");
        var (status, batch) = await PostAsync(HubSpot, "crm/v4/associations/deals/contacts/batch/read", $$$"""{"inputs":[{"id":"{{{deal}}}"},{"id":"{{{lonely}}}"}]}""");

        Assert.Equal(contact, (long?)single["results"]![0]!["toObjectId"]);
        Assert.Equal(3, (int?)single["results"]![0]!["associationTypes"]![0]!["typeId"]);
        Assert.Equal(207, status);
        Assert.Equal($"{deal}", (string?)Assert.Single(batch["results"]!.AsArray())!["from"]!["id"]);
        Assert.Equal("crm.associations.NO_ASSOCIATIONS_FOUND", (string?)batch["errors"]![0]!["subCategory"]);
    }

    [Fact]
    public async Task Pipelines_and_lifecycle_stages_can_be_read()
    {
        Sandbox.HubSpot.DefineLifecycleStage("94412345", "Donor");

        var (_, pipelines) = await GetAsync(HubSpot, "crm/v3/pipelines/deals");
        var (_, lifecycle) = await GetAsync(HubSpot, "crm/v3/properties/contacts/lifecyclestage");

        var stages = pipelines["results"]![0]!["stages"]!.AsArray().ToDictionary(stage => (string)stage!["id"]!, stage => (string?)stage!["metadata"]!["probability"]);
        Assert.Equal("1.0", stages["closedwon"]);
        Assert.Equal("0.0", stages["closedlost"]);
        Assert.Contains("94412345", lifecycle["options"]!.AsArray().Select(option => (string?)option!["value"]));
    }
}

using System.Globalization;
using System.Text;
using Refit;

namespace IntegrationHub.Embedded.Tests.Refit;

/// <summary>What reaches the wire.</summary>
public sealed class RequestTests
{
    private static readonly DateTime Noon = new(2026, 3, 4, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Each_verb_is_sent_as_named()
    {
        async Task<string> VerbOf(Func<IVerbApi, Task> call)
        {
            var (api, sent) = Make<IVerbApi>();
            await call(api);
            return sent.Request.Method.Method;
        }

        Assert.Equal("GET", await VerbOf(api => api.GetAsync()));
        Assert.Equal("POST", await VerbOf(api => api.PostAsync()));
        Assert.Equal("PUT", await VerbOf(api => api.PutAsync()));
        Assert.Equal("DELETE", await VerbOf(api => api.DeleteAsync()));
        Assert.Equal("PATCH", await VerbOf(api => api.PatchAsync()));
        Assert.Equal("HEAD", await VerbOf(api => api.HeadAsync()));
        Assert.Equal("OPTIONS", await VerbOf(api => api.OptionsAsync()));
    }

    [Theory]
    [InlineData("https://api.example.com", "/contacts")]
    [InlineData("https://api.example.com/", "/contacts")]
    [InlineData("https://api.example.com/crm/v3", "/crm/v3/contacts")]
    [InlineData("https://api.example.com/crm/v3/", "/crm/v3/contacts")]
    public async Task A_path_is_appended_to_the_base_addresss_own_path(string baseAddress, string expected)
    {
        var (api, sent) = Make<IPathApi>(baseAddress: baseAddress);

        await api.PlainAsync();

        Assert.Equal(expected, sent.PathAndQuery);
        Assert.Equal("api.example.com", sent.Request.RequestUri!.Host);
    }

    [Theory]
    [InlineData("42", "/contacts/42")]
    [InlineData("a b/c?d#e%", "/contacts/a%20b%2Fc%3Fd%23e%25")]
    [InlineData("ünï", "/contacts/%C3%BCn%C3%AF")]
    [InlineData("", "/contacts/")]
    [InlineData(null, "/contacts/")]
    public async Task A_value_in_the_path_is_escaped(string? id, string expected) =>
        Assert.Equal(expected, await PathOf(api => api.ByIdAsync(id)));

    [Fact]
    public async Task A_placeholder_takes_the_alias_or_the_name_in_any_case() =>
        Assert.Equal("/contacts/7/notes/n1", await PathOf(api => api.AliasedAsync(7, "n1")));

    [Fact]
    public async Task A_placeholder_takes_a_property_of_a_property() =>
        Assert.Equal("/places/DE/K%C3%B6ln", await PathOf(api => api.ByPropertiesAsync(new("DE", new("Köln", 50667)))));

    [Fact]
    public async Task Properties_that_are_not_in_the_path_go_into_the_query()
    {
        var (api, sent) = Make<IQueryApi>();

        await api.PartlyInPathAsync(new("Bonn", 53111));

        Assert.Equal("/towns/Bonn?Zip=53111", sent.PathAndQuery);
    }

    [Fact]
    public async Task A_rest_placeholder_leaves_slashes() =>
        Assert.Equal("/files/a/b%20c/d", await PathOf(api => api.RestAsync("a/b c/d")));

    [Theory]
    [InlineData("9", "/lists/9/members")]
    [InlineData(null, "/lists/members")]
    public async Task An_optional_placeholder_takes_its_segment_away_with_a_null(string? list, string expected) =>
        Assert.Equal(expected, await PathOf(api => api.OptionalAsync(list)));

    [Fact]
    public async Task An_encoded_value_is_not_escaped_again() =>
        Assert.Equal("/raw/a%2Fb", await PathOf(api => api.EncodedAsync("a%2Fb")));

    [Theory]
    [InlineData(null, "/query?q=SELECT%20Id%20FROM%20Lead%20WHERE%20A%3D%27b%26c%27")]
    [InlineData(5, "/query?q=SELECT%20Id%20FROM%20Lead%20WHERE%20A%3D%27b%26c%27&limit=5")]
    public async Task A_placeholder_may_stand_in_a_query_that_goes_on(int? limit, string expected) =>
        Assert.Equal(expected, await PathOf(api => api.InQueryAsync("SELECT Id FROM Lead WHERE A='b&c'", limit)));

    [Fact]
    public async Task A_value_in_the_path_has_its_format() =>
        Assert.Equal("/days/2026-03-04", await PathOf(api => api.ByDayAsync(Noon)));

    [Theory]
    [InlineData(Colour.Red, "/colours/Red")]
    [InlineData(Colour.Blue, "/colours/deep-blue")]
    public async Task An_enum_is_written_by_its_member_value_or_its_name(Colour colour, string expected) =>
        Assert.Equal(expected, await PathOf(api => api.ByColourAsync(colour)));

    [Fact]
    public async Task Nulls_are_left_out_of_the_query() => Assert.Equal("/search", await QueryOf(api => api.SimpleAsync(null, null, null)));

    [Fact]
    public async Task An_empty_text_stays_in_the_query() => Assert.Equal("/search?text=", await QueryOf(api => api.SimpleAsync(string.Empty, null, null)));

    [Fact]
    public async Task Parameters_go_into_the_query_by_name_or_alias() =>
        Assert.Equal("/search?text=a%20%26%20b&limit=10&archived=False&page_token=x%3D", await QueryOf(api => api.SimpleAsync("a & b", 10, false, "x=")));

    [Fact]
    public async Task Values_are_formatted_the_same_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        try
        {
            Assert.Equal(
                "/search?amount=1.5&at=03%2F04%2F2026%2012%3A00%3A00&id=00000000-0000-0000-0000-000000000000&colour=Red&other=deep-blue",
                await QueryOf(api => api.ValuesAsync(1.5, Noon, Guid.Empty, Colour.Red, Colour.Blue)));
            Assert.Equal("/search?day=2026-03-04&price=12.50", await QueryOf(api => api.FormattedAsync(Noon, 12.5m)));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public async Task An_object_is_flattened_by_alias_then_json_name_then_property_name() => Assert.Equal(
        "/search?Limit=10&q=ada&sort_by=name&Tags=a&Tags=b&Near.Name=Bonn&Near.Zip=53111",
        await QueryOf(api => api.ObjectAsync(new(10, null, "ada", "name", ["a", "b"], new("Bonn", 53111)))));

    [Fact]
    public async Task The_key_formatter_names_only_what_no_attribute_names()
    {
        var (api, sent) = Make<IQueryApi>(new RefitSettings { UrlParameterKeyFormatter = new SnakeCaseUrlParameterKeyFormatter() });

        await api.ObjectAsync(new(10, null, "ada", "name", null, new("Bonn", 53111)));

        Assert.Equal("/search?limit=10&q=ada&sort_by=name&near.name=Bonn&near.zip=53111", sent.PathAndQuery);
    }

    [Fact]
    public async Task A_prefix_comes_before_each_property() =>
        Assert.Equal("/search?page-Limit=1&page-q=x", await QueryOf(api => api.PrefixedAsync(new(1, null, "x", null, null, null))));

    [Fact]
    public async Task A_dictionary_is_a_key_and_a_value_each_without_nulls() => Assert.Equal(
        "/search?stage=open&min=3&no%20tags=", await QueryOf(api => api.DictionaryAsync(
            new Dictionary<string, object?> { ["stage"] = "open", ["min"] = 3, ["gone"] = null, ["no tags"] = string.Empty })));

    [Fact]
    public async Task A_collection_is_written_as_its_format_says()
    {
        Assert.Equal("/search?ids=1%2C2", await QueryOf(api => api.ListAsync([1, 2])));
        Assert.Equal("/search?ids=a%2Cb%26", await QueryOf(api => api.CsvAsync(["a", "b&"])));
        Assert.Equal("/search?ids=1%202", await QueryOf(api => api.SsvAsync([1, 2])));
        Assert.Equal("/search?ids=1%092", await QueryOf(api => api.TsvAsync([1, 2])));
        Assert.Equal("/search?ids=1%7C2", await QueryOf(api => api.PipesAsync([1, 2])));
        Assert.Equal("/search?ids=a&ids=b", await QueryOf(api => api.MultiAsync(["a", null, "b"])));
        Assert.Equal("/search?towns%5B0%5D.Name=Bonn&towns%5B0%5D.Zip=1", await QueryOf(api => api.IndexedAsync([new("Bonn", 1)])));
    }

    [Fact]
    public async Task An_empty_collection_is_nothing_when_repeated_and_an_empty_value_when_joined()
    {
        Assert.Equal("/search", await QueryOf(api => api.MultiAsync([])));
        Assert.Equal("/search?ids=", await QueryOf(api => api.ListAsync([])));
    }

    [Fact]
    public async Task The_settings_say_how_collections_are_written_where_no_attribute_does()
    {
        var (api, sent) = Make<IQueryApi>(new RefitSettings { CollectionFormat = CollectionFormat.Multi });

        await api.ListAsync([1, 2]);
        Assert.Equal("/search?ids=1&ids=2", sent.PathAndQuery);

        await api.CsvAsync(["1", "2"]);
        Assert.Equal("/search?ids=1%2C2", sent.PathAndQuery);
    }

    [Fact]
    public async Task A_null_may_be_written_as_an_empty_value() => Assert.Equal("/search?text=", await QueryOf(api => api.NullAsEmptyAsync(null)));

    [Fact]
    public async Task An_object_may_be_written_as_text() => Assert.Equal(
        "/search?address=https%3A%2F%2Fexample.com%2F&version=1.2", await QueryOf(api => api.AsTextAsync(new("https://example.com/"), new(1, 2))));

    [Fact]
    public async Task An_encoded_query_value_is_not_escaped_again() =>
        Assert.Equal("/search?filter=a%20b,c", await QueryOf(api => api.EncodedAsync("a%20b,c")));

    [Fact]
    public async Task Beside_a_body_the_rest_is_query()
    {
        var (api, sent) = Make<IQueryApi>();

        await api.PostedAsync(new(2, null, null, null, null, null), new("1", "Ada"), "t");

        Assert.Equal("/search?Limit=2&trace=t", sent.PathAndQuery);
        Assert.Equal("""{"id":"1","firstName":"Ada","score":0,"favourite":"red"}""", sent.Body);
    }

    [Fact]
    public async Task A_body_is_camel_case_json_without_a_length()
    {
        var sent = await BodyOf(api => api.JsonAsync(new("1", null, 3, Colour.Blue)));

        Assert.Equal("""{"id":"1","firstName":null,"score":3,"favourite":"blue"}""", sent.Body);
        Assert.Equal("application/json; charset=utf-8", sent.ContentType);
        Assert.Null(sent.ContentLength);
    }

    [Fact]
    public async Task A_buffered_body_says_its_length()
    {
        var sent = await BodyOf(api => api.BufferedAsync(new("1", "Ada")));
        Assert.Equal(sent.Body!.Length, sent.ContentLength);

        sent = await BodyOf(api => api.JsonAsync(new("1", "Ada")), new RefitSettings { Buffered = true });
        Assert.Equal(sent.Body!.Length, sent.ContentLength);
    }

    [Fact]
    public async Task The_one_unmarked_object_of_a_post_is_its_body() =>
        Assert.Contains("\"Ada\"", (await BodyOf(api => api.UnmarkedAsync(new("1", "Ada"), TestContext.Current.CancellationToken))).Body, StringComparison.Ordinal);

    [Fact]
    public async Task A_text_is_sent_as_it_is_unless_serialized()
    {
        var sent = await BodyOf(api => api.TextAsync("plain \"text\""));
        Assert.Equal("plain \"text\"", sent.Body);
        Assert.Equal("text/plain; charset=utf-8", sent.ContentType);

        sent = await BodyOf(api => api.SerializedTextAsync("a"));
        Assert.Equal("\"a\"", sent.Body);
        Assert.Equal("application/json; charset=utf-8", sent.ContentType);
    }

    [Fact]
    public async Task A_stream_and_a_content_are_sent_as_they_are()
    {
        var sent = await BodyOf(api => api.StreamAsync(new MemoryStream("bytes"u8.ToArray())));
        Assert.Equal("bytes", sent.Body);
        Assert.Null(sent.ContentType);

        sent = await BodyOf(api => api.ContentAsync(new StringContent("<a/>", Encoding.UTF8, "application/xml")));
        Assert.Equal("<a/>", sent.Body);
        Assert.Equal("application/xml; charset=utf-8", sent.ContentType);
    }

    [Fact]
    public async Task A_form_is_made_of_an_object_by_alias_then_json_name_then_property_name()
    {
        var sent = await BodyOf(api => api.FormAsync(new("client_credentials", "id&1", null, 60)));

        Assert.Equal("grant_type=client_credentials&client_id=id%261&Seconds=60", sent.Body);
        Assert.Equal("application/x-www-form-urlencoded", sent.ContentType);
    }

    [Fact]
    public async Task A_form_is_made_of_a_dictionary_or_a_text()
    {
        var sent = await BodyOf(api => api.FormOfDictionaryAsync(new() { ["a"] = "x y", ["n"] = 1.5, ["gone"] = null }));
        Assert.Equal("a=x+y&n=1.5", sent.Body);

        sent = await BodyOf(api => api.FormOfTextAsync("a=1&b=2"));
        Assert.Equal("a=1&b=2", sent.Body);
        Assert.Equal("application/x-www-form-urlencoded; charset=utf-8", sent.ContentType);
    }

    [Fact]
    public async Task A_dictionary_body_keeps_its_keys_and_its_nulls()
    {
        var sent = await BodyOf(api => api.DictionaryAsync("7", new Dictionary<string, string?> { ["Hub_Id__c"] = "x", ["Phone"] = null }));

        Assert.Equal("""{"Hub_Id__c":"x","Phone":null}""", sent.Body);
        Assert.Equal("/contacts/7", sent.PathAndQuery);
    }

    [Fact]
    public async Task An_abstract_body_is_written_whole_and_a_polymorphic_one_with_its_kind()
    {
        Assert.Equal("""{"name":"Ada","id":"1"}""", (await BodyOf(api => api.AbstractAsync(new Rename("1", "Ada")))).Body);
        Assert.Equal("""{"$type":"call","seconds":60,"id":"1"}""", (await BodyOf(api => api.PolymorphicAsync(new Called("1", 60)))).Body);
    }

    [Fact]
    public async Task A_null_body_is_no_body() => Assert.Null((await BodyOf(api => api.NothingAsync(null))).Body);

    [Fact]
    public async Task A_delete_may_have_a_marked_body() => Assert.Equal("""["1","2"]""", (await BodyOf(api => api.DeleteWithBodyAsync(["1", "2"]))).Body);

    [Fact]
    public async Task Headers_of_the_interface_yield_to_the_methods()
    {
        Assert.Equal("sales", (await HeadersOf(api => api.InterfaceAsync())).Header("X-Team"));

        var sent = await HeadersOf(api => api.MethodAsync());
        Assert.Equal("marketing", sent.Header("X-Team"));
        Assert.Equal("interface", sent.Header("X-Kept"));
        Assert.Equal("method", sent.Header("X-Own"));
    }

    [Fact]
    public async Task A_header_without_colon_is_removed_and_one_without_value_is_empty()
    {
        var sent = await HeadersOf(api => api.RemovedAsync());

        Assert.Null(sent.Header("X-Team"));
        Assert.Equal(string.Empty, sent.Header("X-Kept"));
    }

    [Theory]
    [InlineData("ops", "ops")]
    [InlineData("", "")]
    [InlineData(null, null)]
    [InlineData("a\r\nX-Evil: 1", "aX-Evil: 1")]
    public async Task A_parameters_header_wins_and_cannot_add_another(string? team, string? expected)
    {
        var sent = await HeadersOf(api => api.ParameterAsync(team, 3));

        Assert.Equal(expected, sent.Header("X-Team"));
        Assert.Equal("3", sent.Header("X-Count"));
        Assert.Null(sent.Header("X-Evil"));
    }

    [Fact]
    public async Task A_header_collection_adds_replaces_and_removes()
    {
        var sent = await HeadersOf(api => api.CollectionAsync(new Dictionary<string, string> { ["X-Team"] = "ops", ["X-New"] = "1", ["X-Kept"] = null! }));

        Assert.Equal("ops", sent.Header("X-Team"));
        Assert.Equal("1", sent.Header("X-New"));
        Assert.Null(sent.Header("X-Kept"));
    }

    [Fact]
    public async Task A_content_header_goes_to_the_body()
    {
        var (api, sent) = Make<IHeaderApi>();

        await api.ContentTypeAsync("{}");

        Assert.Equal("application/vnd.vendor+json", sent.ContentType);
    }

    [Fact]
    public async Task An_authorize_parameter_is_the_credential()
    {
        Assert.Equal("Bearer t0", (await HeadersOf(api => api.AuthorizedAsync("t0"))).Header("Authorization"));
        Assert.Equal("Zoho t1", (await HeadersOf(api => api.OtherSchemeAsync("t1"))).Header("Authorization"));
        Assert.Null((await HeadersOf(api => api.AuthorizedAsync(null))).Header("Authorization"));
    }

    [Theory]
    [InlineData("secret", "Bearer secret")]
    [InlineData("", null)]
    [InlineData("  ", null)]
    public async Task The_getter_is_asked_where_a_scheme_stands_alone(string token, string? expected)
    {
        var settings = new RefitSettings { AuthorizationHeaderValueGetter = (_, _) => ValueTask.FromResult(token) };

        Assert.Equal(expected, (await HeadersOf(api => api.InterfaceAsync(), settings)).Header("Authorization"));
    }

    [Fact]
    public async Task The_getter_is_not_asked_where_a_credential_is_given()
    {
        var asked = 0;
        var settings = new RefitSettings
        {
            AuthorizationHeaderValueGetter = (_, _) =>
            {
                asked++;
                return ValueTask.FromResult("other");
            },
        };

        Assert.Equal("Bearer mine", (await HeadersOf(api => api.AuthorizedAsync("mine"), settings)).Header("Authorization"));
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task Properties_go_into_the_options_and_not_onto_the_wire()
    {
        var sent = await HeadersOf(api => api.PropertiesAsync("acme", true));

        Assert.True(sent.Request.Options.TryGetValue(new HttpRequestOptionsKey<string>("tenant"), out var tenant));
        Assert.Equal("acme", tenant);
        Assert.True(sent.Request.Options.TryGetValue(new HttpRequestOptionsKey<bool>("idempotent"), out var idempotent));
        Assert.True(idempotent);
        Assert.Equal("/", sent.PathAndQuery);
    }

    [Fact]
    public async Task The_options_name_the_interface_and_the_path_as_written()
    {
        var (api, sent) = Make<IPathApi>();

        await api.ByIdAsync("ada@example.com");

        Assert.True(sent.Request.Options.TryGetValue(new HttpRequestOptionsKey<Type>(HttpRequestMessageOptions.InterfaceType), out var type));
        Assert.Equal(typeof(IPathApi), type);
        Assert.True(sent.Request.Options.TryGetValue(new HttpRequestOptionsKey<string>(HttpRequestMessageOptions.RelativePathTemplate), out var path));
        Assert.Equal("/contacts/{id}", path);
    }

    [Fact]
    public async Task Inherited_methods_carry_the_headers_of_the_interface_asked_for()
    {
        var (api, sent) = Make<IDerivedApi>();

        await api.FindAsync("1");
        Assert.Equal("/base/1", sent.PathAndQuery);
        Assert.Equal("yes", sent.Header("X-Derived"));

        await api.OwnAsync();
        Assert.Equal("/derived", sent.PathAndQuery);
    }

    private static (T Api, CapturingHandler Sent) Make<T>(RefitSettings? settings = null, string baseAddress = "https://api.example.com")
    {
        var handler = new CapturingHandler();
        return (RestService.For<T>(new HttpClient(handler) { BaseAddress = new(baseAddress) }, settings), handler);
    }

    private static async Task<string> PathOf(Func<IPathApi, Task> call) => (await SentBy(call, null)).PathAndQuery;

    private static async Task<string> QueryOf(Func<IQueryApi, Task> call) => (await SentBy(call, null)).PathAndQuery;

    private static Task<CapturingHandler> BodyOf(Func<IBodyApi, Task> call, RefitSettings? settings = null) => SentBy(call, settings);

    private static Task<CapturingHandler> HeadersOf(Func<IHeaderApi, Task> call, RefitSettings? settings = null) => SentBy(call, settings);

    private static async Task<CapturingHandler> SentBy<T>(Func<T, Task> call, RefitSettings? settings)
    {
        var (api, sent) = Make<T>(settings);
        await call(api);
        return sent;
    }
}

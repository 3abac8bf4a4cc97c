using System.Net;
using System.Text.Json;
using Refit;

namespace IntegrationHub.Embedded.Tests.Refit;

/// <summary>What becomes of the answer.</summary>
public sealed class ResultTests
{
    private const string Ada = """{"ID":"1","firstName":"Ada","score":"7","favourite":"blue","more":true}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_object_is_read_with_names_in_any_case_and_numbers_from_strings() =>
        Assert.Equal(new Contact("1", "Ada", 7, Colour.Blue), await Make(Ada).ObjectAsync(Token));

    [Fact]
    public async Task A_repeated_name_in_json_is_refused()
    {
        var failure = await Assert.ThrowsAsync<ApiException>(() => Make("""{"id":"1","id":"2"}""").ObjectAsync(Token));

        Assert.IsType<JsonException>(failure.InnerException);
        Assert.Equal(HttpStatusCode.OK, failure.StatusCode);
        Assert.Equal("""{"id":"1","id":"2"}""", failure.Content);
    }

    [Fact]
    public async Task An_object_without_type_is_read_as_what_it_looks_like()
    {
        var read = await Make("""{"b":true,"n":1,"d":1.5,"s":"x","t":"2026-03-04T12:00:00Z","o":{"a":1},"z":null}""").GenericAsync<Dictionary<string, object?>>("any");

        Assert.Equal(true, read["b"]);
        Assert.Equal(1L, read["n"]);
        Assert.Equal(1.5, read["d"]);
        Assert.Equal("x", read["s"]);
        Assert.Equal(new DateTime(2026, 3, 4, 12, 0, 0, DateTimeKind.Utc), read["t"]);
        Assert.Equal(1, Assert.IsType<JsonElement>(read["o"]).GetProperty("a").GetInt32());
        Assert.Null(read["z"]);
    }

    [Fact]
    public async Task An_empty_answer_is_no_object()
    {
        Assert.Null(await Make(string.Empty).MaybeAsync());
        Assert.Null(await Make("null").MaybeAsync());
        Assert.Null(await Make(_ => new HttpResponseMessage(HttpStatusCode.NoContent)).MaybeAsync());
    }

    [Fact]
    public async Task The_answer_comes_as_text_stream_content_or_message()
    {
        Assert.Equal(Ada, await Make(Ada).TextAsync());
        Assert.Equal(Ada, await new StreamReader(await Make(Ada).StreamAsync()).ReadToEndAsync(Token));
        Assert.Equal(Ada, await (await Make(Ada).ContentAsync()).ReadAsStringAsync(Token));
        Assert.Equal(Ada, await (await Make(Ada).MessageAsync()).Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task A_message_is_handed_over_whatever_its_status() =>
        Assert.Equal(HttpStatusCode.NotFound, (await Make(_ => new(HttpStatusCode.NotFound)).MessageAsync()).StatusCode);

    [Fact]
    public async Task A_failed_answer_is_an_exception_that_holds_it()
    {
        var api = Make(_ =>
        {
            var answer = CapturingHandler.Json("""{"firstName":"why"}""", HttpStatusCode.TooManyRequests);
            answer.Headers.RetryAfter = new(TimeSpan.FromSeconds(3));
            answer.ReasonPhrase = "Slow down";
            return answer;
        });

        var failure = await Assert.ThrowsAsync<ApiException>(() => api.ObjectAsync(Token));

        Assert.Equal(HttpStatusCode.TooManyRequests, failure.StatusCode);
        Assert.Equal("Slow down", failure.ReasonPhrase);
        Assert.Equal("Response status code does not indicate success: 429 (Slow down).", failure.Message);
        Assert.Equal("""{"firstName":"why"}""", failure.Content);
        Assert.True(failure.HasContent);
        Assert.Equal(TimeSpan.FromSeconds(3), failure.Headers.RetryAfter?.Delta);
        Assert.Equal("application/json", failure.ContentHeaders?.ContentType?.MediaType);
        Assert.Equal(HttpMethod.Get, failure.HttpMethod);
        Assert.Equal("/r", failure.Uri?.AbsolutePath);
        Assert.Equal("why", (await failure.GetContentAsAsync<Contact>())?.FirstName);
    }

    [Theory]
    [InlineData(199, true)]
    [InlineData(200, false)]
    [InlineData(299, false)]
    [InlineData(300, true)]
    [InlineData(404, true)]
    [InlineData(500, true)]
    public async Task Every_status_outside_2xx_fails_also_without_result(int status, bool fails)
    {
        var failure = await Record.ExceptionAsync(() => Make(_ => new((HttpStatusCode)status)).NothingAsync());

        Assert.Equal(fails, failure is ApiException);
        Assert.Equal(fails, failure is not null);
    }

    [Fact]
    public async Task Problem_details_are_read()
    {
        var api = Make(_ => CapturingHandler.Json(
            """{"title":"Invalid Resource","status":400,"detail":"no such list","errors":{"email":["bad"]},"instance":"x","trace":"t"}""",
            HttpStatusCode.BadRequest,
            "application/problem+json"));

        var failure = await Assert.ThrowsAsync<ValidationApiException>(() => api.ObjectAsync(Token));

        Assert.Equal("Invalid Resource", failure.Content?.Title);
        Assert.Equal(400, failure.Content?.Status);
        Assert.Equal("bad", failure.Content?.Errors["email"].Single());
        Assert.Equal("t", failure.Content?.Extensions["trace"].ToString());
        Assert.Contains("no such list", ((ApiException)failure).Content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Problem_details_that_are_none_are_still_a_failure()
    {
        var api = Make(_ => CapturingHandler.Json("<html>", HttpStatusCode.BadGateway, "application/problem+json"));

        var failure = await Assert.ThrowsAsync<ValidationApiException>(() => api.ObjectAsync(Token));

        Assert.Null(failure.Content);
        Assert.Equal("<html>", ((ApiException)failure).Content);
    }

    [Theory]
    [InlineData(3, "abc")]
    [InlineData(6, "abcdef")]
    [InlineData(7, "abcdef")]
    public async Task The_content_of_an_exception_is_cut_where_the_settings_say(int limit, string expected)
    {
        var api = Make(_ => CapturingHandler.Json("abcdef", HttpStatusCode.BadRequest), new RefitSettings { MaxExceptionContentLength = limit });

        Assert.Equal(expected, (await Assert.ThrowsAsync<ApiException>(() => api.ObjectAsync(Token))).Content);
    }

    [Fact]
    public async Task The_redactor_sees_every_exception_first()
    {
        var settings = new RefitSettings
        {
            ExceptionRedactor = failure =>
            {
                failure.RequestMessage.Headers.Authorization = null;
                if (failure is ApiException answered)
                {
                    answered.Content = null;
                }
            },
            AuthorizationHeaderValueGetter = (_, _) => ValueTask.FromResult("secret"),
        };

        var answered = await Assert.ThrowsAsync<ApiException>(() => Make(_ => CapturingHandler.Json("body", HttpStatusCode.BadRequest), settings).ObjectAsync(Token));
        Assert.Null(answered.Content);

        var unanswered = await Assert.ThrowsAsync<ApiRequestException>(() => RestService.For<IHeaderApi>(
            new HttpClient(new CapturingHandler(_ => throw new HttpRequestException("down"))) { BaseAddress = new("https://api.example.com") }, settings).InterfaceAsync());
        Assert.Null(unanswered.RequestMessage.Headers.Authorization);
    }

    [Fact]
    public async Task A_factory_of_exceptions_decides_instead()
    {
        var settings = new RefitSettings
        {
            ExceptionFactory = answer => ValueTask.FromResult<Exception?>(answer.StatusCode == HttpStatusCode.NotFound ? null : new InvalidOperationException("ours")),
        };

        Assert.Null(await Make(_ => new(HttpStatusCode.NotFound) { Content = new StringContent("null") }, settings).MaybeAsync());
        Assert.Equal("ours", (await Assert.ThrowsAsync<InvalidOperationException>(() => Make(_ => new(HttpStatusCode.Gone), settings).MaybeAsync())).Message);
    }

    [Fact]
    public async Task A_factory_of_unreadable_bodies_decides_instead()
    {
        var settings = new RefitSettings { DeserializationExceptionFactory = (_, cause) => ValueTask.FromResult<Exception?>(new InvalidDataException("ours", cause)) };

        Assert.Equal("ours", (await Assert.ThrowsAsync<InvalidDataException>(() => Make("<html>", settings).MaybeAsync())).Message);

        settings.DeserializationExceptionFactory = (_, _) => ValueTask.FromResult<Exception?>(null);
        Assert.Null(await Make("<html>", settings).MaybeAsync());
    }

    [Fact]
    public async Task No_answer_is_an_exception_of_its_own_around_the_cause()
    {
        var failure = await Assert.ThrowsAsync<ApiRequestException>(() => Make(_ => throw new HttpRequestException("no route")).ObjectAsync(Token));

        Assert.IsType<HttpRequestException>(failure.InnerException);
        Assert.Equal("no route", failure.Message);
        Assert.Equal("/r", failure.Uri?.AbsolutePath);
    }

    [Fact]
    public async Task A_time_limit_is_no_answer_but_the_callers_own_cancellation_stays_one()
    {
        var limit = await Assert.ThrowsAsync<ApiRequestException>(() => Make(_ => throw new TaskCanceledException("limit", new TimeoutException())).ObjectAsync(Token));
        Assert.IsType<TaskCanceledException>(limit.InnerException);

        using var stop = new CancellationTokenSource();
        var stopping = Make(_ =>
        {
            stop.Cancel();
            throw new OperationCanceledException(stop.Token);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopping.ObjectAsync(stop.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopping.TypedResponseAsync(stop.Token));
    }

    [Fact]
    public async Task A_cancellation_while_the_body_is_read_stays_one()
    {
        using var stop = new CancellationTokenSource();
        var api = Make(_ => new(HttpStatusCode.OK) { Content = new StreamContent(new StoppedStream(stop)) });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => api.ObjectAsync(stop.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => api.TypedResponseAsync(stop.Token));
    }

    [Fact]
    public async Task A_response_holds_content_and_headers()
    {
        using var response = await Make(Ada).TypedResponseAsync(Token);

        Assert.True(response.IsReceived);
        Assert.True(response.IsSuccessful);
        Assert.True(response.IsSuccessStatusCode);
        Assert.True(response.IsSuccessfulWithContent);
        Assert.Equal("Ada", response.Content.FirstName);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.ContentHeaders?.ContentType?.MediaType);
        Assert.Null(response.Error);
        Assert.Equal("/r", response.RequestMessage.RequestUri?.AbsolutePath);
    }

    [Fact]
    public async Task A_response_never_throws_for_what_the_vendor_does()
    {
        using var refused = await Make(_ => CapturingHandler.Json("no", HttpStatusCode.Conflict)).TypedResponseAsync(Token);
        Assert.False(refused.IsSuccessful);
        Assert.True(refused.IsReceived);
        Assert.True(refused.HasResponseError(out var answered));
        Assert.Equal("no", answered.Content);
        Assert.False(refused.HasRequestError(out _));

        using var unreadable = await Make("<html>").TypedResponseAsync(Token);
        Assert.True(unreadable.IsSuccessStatusCode);
        Assert.False(unreadable.IsSuccessful);
        Assert.True(unreadable.HasResponseError(out var body));
        Assert.Equal("<html>", body.Content);

        using var away = await Make(_ => throw new HttpRequestException("down")).TypedResponseAsync(Token);
        Assert.False(away.IsReceived);
        Assert.Null(away.StatusCode);
        Assert.True(away.HasRequestError(out var request));
        Assert.Equal("down", request.Message);
    }

    [Fact]
    public async Task A_response_without_type_leaves_its_body_alone()
    {
        using var response = await Make("<html>").ResponseAsync();

        Assert.True(response.IsSuccessful);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_success_without_content_is_a_success()
    {
        using var response = await Make(_ => new(HttpStatusCode.NoContent)).TypedResponseAsync(Token);

        Assert.True(response.IsSuccessful);
        Assert.False(response.HasContent);
        Assert.False(response.IsSuccessfulWithContent);
    }

    [Fact]
    public async Task A_response_throws_its_failure_when_asked()
    {
        var response = await Make(_ => new(HttpStatusCode.Gone)).OwnResponseAsync();

        await Assert.ThrowsAsync<ApiException>(() => response.EnsureSuccessfulAsync().AsTask());
        Assert.Equal("Ada", (await (await Make(Ada).OwnResponseAsync()).EnsureSuccessStatusCodeAsync()).Content?.FirstName);
    }

    [Fact]
    public async Task A_generic_method_reads_the_type_it_is_called_with()
    {
        Assert.Equal("Ada", (await Make(Ada).GenericAsync<Contact>("a")).FirstName);
        Assert.Equal(3, (await Make("[1,2]").GenericAsync<int[]>("b")).Sum());
    }

    private static IResultApi Make(string json, RefitSettings? settings = null) => Make(_ => CapturingHandler.Json(json), settings);

    private static IResultApi Make(Func<HttpRequestMessage, HttpResponseMessage> answer, RefitSettings? settings = null) =>
        RestService.For<IResultApi>(new HttpClient(new CapturingHandler(answer)) { BaseAddress = new("https://api.example.com") }, settings);

    /// <summary>A body whose reader is stopped half way.</summary>
    private sealed class StoppedStream(CancellationTokenSource stop) : MemoryStream
    {
        public override bool CanSeek => false;

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            await stop.CancelAsync();
            stop.Token.ThrowIfCancellationRequested();
        }
    }
}

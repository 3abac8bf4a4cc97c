using System.Text;
using IntegrationHub.Functions.Platform.Access;
using Microsoft.AspNetCore.Http;

namespace IntegrationHub.Functions.Tests.Access;

public sealed class CallersTests
{
    private const string Someone = "7c4a1f80-0000-4000-8000-000000000001";

    private static readonly AccessOptions Closed = new()
    {
        KeyInUrl = false,
        Keys = [AccessKey.Of("monitor", "the key of the monitor", [Role.Ops]), AccessKey.Of("board", "the key of the board", [Role.Reader])],
    };

    [Fact]
    public void A_key_in_the_header_names_its_machine_and_roles()
    {
        var caller = Identify(Closed, request => request.Headers["x-functions-key"] = "the key of the monitor");

        Assert.Equal(("key:monitor", false), (caller?.Name, caller?.IsSignedIn));
        Assert.Equal([Role.Ops], caller!.Roles);
    }

    [Theory]
    [InlineData("")]
    [InlineData("the key of the monito")]
    [InlineData("the key of the monitor ")]
    [InlineData("THE KEY OF THE MONITOR")]
    [InlineData("the key of the monitor,the key of the board")]
    public void A_key_that_is_not_quite_right_is_wrong(string shown) =>
        Assert.Null(Identify(Closed, request => request.Headers["x-functions-key"] = shown));

    [Fact]
    public void Two_keys_in_one_request_are_wrong() => Assert.Null(
        Identify(Closed, request => request.Headers["x-functions-key"] = new(["the key of the monitor", "the key of the board"])));

    [Theory]
    [InlineData(true, "key:board")]
    [InlineData(false, null)]
    public void A_key_in_the_address_counts_only_where_that_is_allowed(bool allowed, string? name) =>
        Assert.Equal(name, Identify(Closed with { KeyInUrl = allowed }, request => request.QueryString = new("?code=the+key+of+the+board"))?.Name);

    [Fact]
    public void Who_shows_nothing_is_nobody_and_may_do_nothing()
    {
        Assert.Same(Caller.Nobody, Identify(Closed with { SignIn = true }, _ => { }));
        Assert.DoesNotContain(Enum.GetValues<Permission>(), Caller.Nobody.May);
    }

    /// <summary>Without App Service Authentication anybody can send the header.</summary>
    [Fact]
    public void The_header_of_a_sign_in_is_not_believed_while_sign_in_is_off() =>
        Assert.Same(Caller.Nobody, Identify(Closed, request => Principal(request, Json(Someone, "Hub.Privacy"))));

    [Fact]
    public void A_signed_in_person_has_the_roles_of_their_claims()
    {
        var caller = Identify(Closed with { SignIn = true }, request => Principal(request, Json(Someone, "Hub.Privacy", "hub.sales", "Another.Role")));

        Assert.Equal(($"entra:{Someone}", true), (caller?.Name, caller?.IsSignedIn));
        Assert.Equal([Role.Privacy, Role.Sales], caller!.Roles);
    }

    [Fact]
    public void Claims_may_have_the_names_that_App_Service_gives_them()
    {
        const string Claims = """
            {"auth_typ":"aad","name_typ":"n","role_typ":"r","claims":[
              {"typ":"http://schemas.microsoft.com/identity/claims/objectidentifier","val":"7c4a1f80-0000-4000-8000-000000000001"},
              {"typ":"http://schemas.microsoft.com/ws/2008/06/identity/claims/role","val":"Hub.Ops"},
              {"typ":"r","val":"Hub.Reader"},
              {"typ":"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name","val":"Hub.Privacy"}]}
            """;

        Assert.Equal([Role.Ops, Role.Reader], Identify(Closed with { SignIn = true }, request => Principal(request, Claims))!.Roles);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"auth_typ":"aad","claims":[{"typ":"roles","val":"Hub.Privacy"}]}""")]
    [InlineData("""{"auth_typ":"aad","claims":[{"typ":"oid","val":"somebody"},{"typ":"roles","val":"Hub.Privacy"}]}""")]
    [InlineData("""{"auth_typ":"google","claims":[{"typ":"oid","val":"7c4a1f80-0000-4000-8000-000000000001"},{"typ":"roles","val":"Hub.Privacy"}]}""")]
    [InlineData("""{"auth_typ":"aad","claims":[{"typ":"oid","val":"7c4a1f80-0000-4000-8000-000000000001"},{"typ":"oid","val":"7c4a1f80-0000-4000-8000-000000000002"}]}""")]
    public void A_sign_in_that_names_nobody_is_wrong(string principal) =>
        Assert.Null(Identify(Closed with { SignIn = true }, request => Principal(request, principal)));

    [Fact]
    public void A_sign_in_that_is_not_in_Base64_is_wrong() =>
        Assert.Null(Identify(Closed with { SignIn = true }, request => request.Headers[ClientPrincipal.Header] = "{}"));

    [Fact]
    public void A_key_that_is_shown_counts_before_a_sign_in() => Assert.Null(Identify(Closed with { SignIn = true }, request =>
    {
        Principal(request, Json(Someone, "Hub.Privacy"));
        request.Headers["x-functions-key"] = "a wrong key";
    }));

    private static Caller? Identify(AccessOptions options, Action<HttpRequest> prepare)
    {
        var request = new DefaultHttpContext().Request;
        prepare(request);
        return new Callers(options).Identify(request);
    }

    private static void Principal(HttpRequest request, string json) =>
        request.Headers[ClientPrincipal.Header] = Convert.ToBase64String(Encoding.UTF8.GetBytes(json));

    internal static string Json(string id, params string[] roles) =>
        $$"""{"auth_typ":"aad","name_typ":"name","role_typ":"roles","claims":[{"typ":"oid","val":"{{id}}"}{{string.Concat(roles.Select(role => $$""",{"typ":"roles","val":"{{role}}"}"""))}}]}""";
}

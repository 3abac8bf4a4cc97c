using System.Net;
using IntegrationHub.Functions.Platform.Access;
using Microsoft.Azure.Functions.Worker;
using static IntegrationHub.Functions.Tests.Leads;

namespace IntegrationHub.Functions.Tests.Access;

public sealed class AccessTests(Azurite azurite)
{
    private static readonly Role[] Roles = Enum.GetValues<Role>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_function_that_a_request_calls_says_who_may_call_it() => Assert.All(
        HttpFunction.All,
        function => Assert.True(
            (function.Needs is null) != (function.NeedsNothing is null),
            $"{function.Name} wants exactly one of [Needs(Permission.…)] and [NeedsNothing(\"…\")]."));

    /// <summary>On Azure a signed-in person has no key of the Functions host.</summary>
    [Fact]
    public void No_function_leaves_it_to_the_functions_host_who_may_call_it() => Assert.All(
        HttpFunction.All, function => Assert.Equal((function.Name, AuthorizationLevel.Anonymous), (function.Name, function.Trigger.AuthLevel)));

    [Fact]
    public void Who_may_do_what_is_as_approved()
    {
        var functions = HttpFunction.All.Select(function => $"{function.Name}: {Describe(function)}");
        var roles = Roles.Select(role => $"Hub.{role}: {string.Join(", ", Enum.GetValues<Permission>().Where(permission => role.Carries(permission)))}");

        Approved.AssertSame(string.Join('\n', [.. roles, "", .. functions, ""]), "tests", "Functions.Tests", "Access", "Access.approved.txt");
    }

    [Fact]
    public async Task Each_function_answers_exactly_the_roles_that_carry_its_permission()
    {
        await using var hub = await TestHub.CreateAsync(azurite, new StillTimeProvider(Monday), [], [.. Roles.SelectMany(Settings)]);
        await hub.StartAsync();
        using var http = new HttpClient { BaseAddress = hub.Url };
        var wrong = new List<string>();
        foreach (var function in HttpFunction.All)
        {
            var needs = function.Needs?.Permission;
            await CheckAsync(function, null, needs is null ? null : HttpStatusCode.Unauthorized);
            await CheckAsync(function, "a key that opens nothing", needs is null && function.Name != "Health" ? null : HttpStatusCode.Unauthorized);
            foreach (var role in Roles)
            {
                await CheckAsync(function, KeyOf(role), needs is { } needed && !role.Carries(needed) ? HttpStatusCode.Forbidden : null);
            }
        }

        Assert.Empty(wrong);

        async Task CheckAsync(HttpFunction function, string? key, HttpStatusCode? refused)
        {
            var expected = refused is { } status ? $"{status}" : "no refusal";
            foreach (var method in function.Trigger.Methods!)
            {
                using var request = new HttpRequestMessage(HttpMethod.Parse(method), function.Path);
                request.Headers.Add("x-functions-key", key is null ? [] : [key]);
                using var answer = await http.SendAsync(request, Token);
                var actual = answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? $"{answer.StatusCode}" : "no refusal";
                if (actual != expected)
                {
                    wrong.Add($"{method} {function.Name} with {key ?? "no key"}: {answer.StatusCode}, not {expected}");
                }
            }
        }
    }

    private static string KeyOf(Role role) => $"a-long-and-random-key-0123456789-of-{role}";

    private static IEnumerable<string> Settings(Role role) => [$"--Hub:Keys:{role}:Key={KeyOf(role)}", $"--Hub:Keys:{role}:Roles=Hub.{role}"];

    private static string Describe(HttpFunction function) => function switch
    {
        { Needs: { } needs } => $"{needs.Permission}{(needs.IsAudited ? ", audited" : "")}",
        { NeedsNothing: { } nothing } => $"everybody, because {nothing.Because}",
        _ => "nobody",
    };
}

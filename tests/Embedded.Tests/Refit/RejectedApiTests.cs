using System.Reflection;
using System.Reflection.Emit;
using Refit;

namespace IntegrationHub.Embedded.Tests.Refit;

/// <summary>What cannot be a request is refused when the client is made. The interfaces are made at run time: the real package would not compile them.</summary>
public sealed class RejectedApiTests
{
    [Theory]
    [InlineData("contacts", "does not start with '/'")]
    [InlineData("/contacts/{id}", "no parameter goes into the placeholder {id}")]
    [InlineData("/contacts/{name.first}", "no parameter goes into the placeholder {name.first}")]
    [InlineData("/contacts/{name", "opens a placeholder and does not close it")]
    [InlineData("/contacts\r\n", "line break")]
    public void A_path_that_makes_no_sense_is_refused(string path, string why) =>
        AssertRefused(why, typeof(GetAttribute), path, typeof(Task), new Parameter(typeof(string), "name"));

    [Fact]
    public void Two_bodies_are_refused() => AssertRefused(
        "2 parameters marked as body (first, second)",
        typeof(PostAttribute),
        "/",
        typeof(Task),
        new Parameter(typeof(Contact), "first", typeof(BodyAttribute)),
        new Parameter(typeof(Contact), "second", typeof(BodyAttribute)));

    [Theory]
    [InlineData(typeof(PostAttribute))]
    [InlineData(typeof(PutAttribute))]
    [InlineData(typeof(PatchAttribute))]
    public void Two_objects_that_could_be_the_body_are_refused(Type verb) => AssertRefused(
        "2 objects that could be the body", verb, "/", typeof(Task), new Parameter(typeof(Contact), "first"), new Parameter(typeof(Place), "second"));

    [Fact]
    public void Two_cancellation_tokens_are_refused() => AssertRefused(
        "2 cancellation tokens", typeof(GetAttribute), "/", typeof(Task), new Parameter(typeof(CancellationToken), "one"), new Parameter(typeof(CancellationToken), "two"));

    [Fact]
    public void A_header_collection_that_is_no_dictionary_is_refused() => AssertRefused(
        "header collection headers", typeof(GetAttribute), "/", typeof(Task), new Parameter(typeof(string), "headers", typeof(HeaderCollectionAttribute)));

    [Theory]
    [InlineData(typeof(void))]
    [InlineData(typeof(string))]
    [InlineData(typeof(ValueTask<string>))]
    public void A_result_that_is_no_task_is_refused(Type result) => AssertRefused("is no Task", typeof(GetAttribute), "/", result);

    [Fact]
    public void A_method_without_verb_is_refused() => AssertRefused("has no verb", null, string.Empty, typeof(Task));

    [Fact]
    public void A_client_needs_an_interface()
    {
        using var client = Client();
        Assert.ThrowsAny<Exception>(() => RestService.For<RejectedApiTests>(client));
    }

    [Fact]
    public async Task A_client_needs_a_base_address()
    {
        var api = RestService.For<IPathApi>(new HttpClient(new CapturingHandler()));

        await Assert.ThrowsAsync<InvalidOperationException>(api.PlainAsync);
    }

    private static HttpClient Client() => new(new CapturingHandler()) { BaseAddress = new("https://api.example.com") };

    private static void AssertRefused(string why, Type? verb, string path, Type result, params Parameter[] parameters)
    {
        using var client = Client();
        var api = Make(verb, path, result, parameters);

        var refusal = Assert.Throws<ArgumentException>(() => RestService.For(api, client, new RefitSettings()));

        Assert.StartsWith("IBroken.CallAsync ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }

    private static Type Make(Type? verb, string path, Type result, Parameter[] parameters)
    {
        var type = AssemblyBuilder.DefineDynamicAssembly(new("Broken"), AssemblyBuilderAccess.Run).DefineDynamicModule("Broken")
            .DefineType("IBroken", TypeAttributes.Interface | TypeAttributes.Abstract | TypeAttributes.Public);
        var method = type.DefineMethod(
            "CallAsync", MethodAttributes.Public | MethodAttributes.Abstract | MethodAttributes.Virtual, result, [.. parameters.Select(parameter => parameter.Type)]);
        if (verb is not null)
        {
            method.SetCustomAttribute(new(verb.GetConstructor([typeof(string)])!, [path]));
        }

        foreach (var (index, parameter) in parameters.Index())
        {
            var made = method.DefineParameter(index + 1, ParameterAttributes.None, parameter.Name);
            if (parameter.Attribute?.GetConstructor([]) is { } attribute)
            {
                made.SetCustomAttribute(new(attribute, []));
            }
        }

        return type.CreateType();
    }

    private sealed record Parameter(Type Type, string Name, Type? Attribute = null);
}
